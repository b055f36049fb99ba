/* Comments for a preprocessed text. */
#ifndef ASYNCC_COMMENTED_H
#define ASYNCC_COMMENTED_H

struct arena;
struct text;

/* `plain` gets the comments of `commented`, the same preprocessed with -C: all of them where the
 * two are the same C, else those of the lines that are. What is
 * left of `commented` is the caller's to free. */
void commented_weave(struct arena *arena, struct text *plain, struct text *commented);

#endif
