/* Writes pictures by stb_image_write, reads them by stb_image, scales them, and more of stb's
 * headers; prints sums. */
#define STB_IMAGE_IMPLEMENTATION
#define STBI_NO_SIMD
#define STBI_NO_THREAD_LOCALS
#include <stb/stb_image.h>
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image_write.h>
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#include <stb/stb_image_resize.h>
#define STB_PERLIN_IMPLEMENTATION
#include <stb/stb_perlin.h>
#define STB_DXT_IMPLEMENTATION
#include <stb/stb_dxt.h>
#define STB_RECT_PACK_IMPLEMENTATION
#include <stb/stb_rect_pack.h>

enum { WIDTH = 40, HEIGHT = 30 };

static unsigned char pixels[WIDTH * HEIGHT * 4], small[16 * 12 * 4];

static unsigned sum_of(const unsigned char *bytes, int count)
{
    unsigned sum = 1;
    for (int i = 0; i < count; i++)
        sum = sum * 31 + bytes[i];
    return sum;
}

static struct {
    unsigned char bytes[20000];
    int count;
} file;

static void add(void *context, void *data, int size)
{
    (void)context;
    for (int i = 0; i < size && file.count < (int)sizeof file.bytes; i++)
        file.bytes[file.count++] = ((unsigned char *)data)[i];
}

static void read_back(const char *name)
{
    int width = 0, height = 0, channels = 0;
    unsigned char *data =
        stbi_load_from_memory(file.bytes, file.count, &width, &height, &channels, 4);
    printf("%s: %d bytes, %u; %d x %d x %d, %u\n", name, file.count, sum_of(file.bytes, file.count),
           width, height, channels, data ? sum_of(data, width * height * 4) : 0);
    if (data)
        stbi_image_free(data);
    file.count = 0;
}

static void pack_rectangles(void)
{
    stbrp_context context;
    stbrp_node nodes[64];
    stbrp_rect rectangles[20];
    memset(rectangles, 0, sizeof rectangles);
    for (int i = 0; i < 20; i++) {
        rectangles[i].w = 3 + i * 7 % 11;
        rectangles[i].h = 2 + i * 5 % 13;
    }
    stbrp_init_target(&context, 48, 48, nodes, 64);
    printf("packed: %d\n", stbrp_pack_rects(&context, rectangles, 20));
    for (int i = 0; i < 20; i++)
        printf("%d,%d ", rectangles[i].x, rectangles[i].y);
    printf("\n");
}

int main(void)
{
    for (int i = 0; i < WIDTH * HEIGHT * 4; i++) {
        float noise = stb_perlin_noise3((i % WIDTH) * 0.13f, i / WIDTH * 0.07f, 0.5f, 0, 0, 0);
        pixels[i] = (unsigned char)(128 + 100 * noise);
    }
    printf("noise: %u\n", sum_of(pixels, sizeof pixels));
    stbi_write_png_to_func(add, NULL, WIDTH, HEIGHT, 4, pixels, WIDTH * 4);
    read_back("png");
    stbi_write_tga_to_func(add, NULL, WIDTH, HEIGHT, 4, pixels);
    read_back("tga");
    stbi_write_bmp_to_func(add, NULL, WIDTH, HEIGHT, 4, pixels);
    read_back("bmp");
    stbi_write_jpg_to_func(add, NULL, WIDTH, HEIGHT, 4, pixels, 80);
    read_back("jpg");
    stbir_resize_uint8(pixels, WIDTH, HEIGHT, 0, small, 16, 12, 0, 4);
    printf("resized: %u\n", sum_of(small, sizeof small));
    unsigned char block[16];
    stb_compress_dxt_block(block, small, 1, STB_DXT_HIGHQUAL);
    printf("dxt: %u\n", sum_of(block, sizeof block));
    pack_rectangles();
    return 0;
}
