/* Declarations that stand before every input, in place of the headers it would include. */
typedef unsigned long size_t;
typedef long ssize_t;
int printf(const char *format, ...);
void *malloc(size_t size);
void free(void *block);
void abort(void);
void *memcpy(void *to, const void *from, size_t size);
int strcmp(const char *a, const char *b);
size_t strlen(const char *text);
extern int errno;
enum { NULL, ECANCELED = 125 };
struct async_future;
struct async_frame;
enum async_step { ASYNC_PENDING, ASYNC_DONE };
struct async_sleep__wait {
    int result;
    void *links[3];
};
async int async_sleep(double seconds);
enum async_step async_sleep__begin(struct async_sleep__wait *wait, struct async_frame *caller,
                                   double seconds);
async int async_yield(void);
async int prelude_pass(int value)
{
    return value;
}
