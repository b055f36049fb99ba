/* Compresses texts by bzip2's library and expands them again; prints sizes and sums. */
#define BZ_NO_STDIO
#include "blocksort.c"
#include "bzlib.c"
#include "compress.c"
#include "crctable.c"
#include "decompress.c"
#include "huffman.c"
#include "randtable.c"

#include <stdio.h>
#include <string.h>

void bz_internal_error(int code)
{
    printf("internal error %d\n", code);
    exit(3);
}

enum { SIZE = 60000 };

static char text[SIZE], packed[SIZE + SIZE / 50 + 1000], again[SIZE];

static unsigned sum_of(const char *bytes, unsigned count)
{
    unsigned sum = 1;
    for (unsigned i = 0; i < count; i++)
        sum = sum * 31 + (unsigned char)bytes[i];
    return sum;
}

/* Letters with a rhythm, runs, noise. */
static void fill(int kind)
{
    unsigned state = 12345;
    for (int i = 0; i < SIZE; i++) {
        state = state * 1103515245 + 12345;
        text[i] = kind == 0   ? "the quick brown fox jumps "[i * 7 / 3 % 26]
                  : kind == 1 ? (char)(i / 1000)
                              : (char)(state >> 16);
    }
}

int main(void)
{
    for (int kind = 0; kind < 3; kind++) {
        unsigned size = sizeof packed, back = sizeof again;
        fill(kind);
        int status = BZ2_bzBuffToBuffCompress(packed, &size, text, SIZE, 1 + 4 * kind, 0, 30);
        printf("%d %u %u\n", status, size, sum_of(packed, size));
        status = BZ2_bzBuffToBuffDecompress(again, &back, packed, size, kind == 1, 0);
        printf("%d %u %d\n", status, back, memcmp(text, again, SIZE));
    }
    packed[40] ^= 4;
    unsigned back = sizeof again;
    printf("%d\n", BZ2_bzBuffToBuffDecompress(again, &back, packed, 5000, 0, 0));
    return 0;
}
