/* A function that is written twice at once: as an asyncc program says it, and in plain C, where
 * every way out of a block first runs copies of what was deferred, and generators are coroutines
 * with a stack of their own (program.h). twice.c has what both texts are made with, ways.c writes
 * functions with it. */
#ifndef ASYNCC_TESTS_TWICE_H
#define ASYNCC_TESTS_TWICE_H

#include <stdio.h>

#include "generate.h"

enum { MOST_CLEANUPS = 64, MOST_LABELS = 16, MOST_CALLEES = 16, NOWHERE = -1 };

enum role { ROLE_ASYNC, ROLE_ORDINARY, ROLE_GENERATOR, ROLE_ASYNC_GENERATOR, ROLE_CONTEXT };

struct callee { /* what was written before; takes two longs */
    char *name;
    enum role role;
    enum kind kind; /* of what it yields */
    long cost, values;
    bool fallible; /* a generator that may end with an error */
};

struct exits { /* of plain C: what runs when a block is left, if not by a failing try; then also */
    char *leave, *fail; /* `fail` reads error_ */
};

struct label {
    int number, height;
};

struct twice { /* a function as it is written */
    struct body *b;
    struct callee *self;
    FILE *asyncc, *plain;
    struct exits cleanups[MOST_CLEANUPS]; /* those in force, outermost first */
    int cleanup_count;
    struct label labels[MOST_LABELS]; /* that may be jumped to */
    int label_count;
    int break_to, break_height, continue_to, continue_height;
    bool deferred; /* inside of a deferred statement */
    bool leaving;  /* inside of an else that may run on the way out of a generator */
    bool yielded;  /* a ROLE_CONTEXT's only yield is behind */
    unsigned names_used;
};

struct texts { /* what was written in between */
    char *asyncc, *plain;
    FILE *outer_asyncc, *outer_plain;
    size_t sizes[2];
};

bool is_async(const struct twice *w);
void both(struct twice *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
void asyncc(struct twice *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
void plain(struct twice *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Between them, what is written is kept apart; the texts are freed with texts_free. */
void texts_begin(struct twice *w, struct texts *texts);
void texts_end(struct twice *w, struct texts *texts);
void texts_free(struct texts *texts);

/* From here on to the end of the block, plain C runs this when it leaves. The texts are copied. */
void push_cleanup(struct twice *w, const char *leave, const char *fail);
/* The copies for a way out that leads to where `height` of them were in force. */
void write_cleanups(struct twice *w, int height, bool fail);

struct inside { /* what a block restores */
    int variables, scope, cleanups;
};

struct loop { /* as it is written */
    int number, break_to, break_height, continue_to, continue_height;
    long times;
};

/* What both sides are made of (ways.c). */
char *unused_name(struct twice *w);
struct callee *earlier(struct twice *w, enum role role);
char *arguments(struct twice *w, struct callee *callee);
char *value(struct twice *w);
char *value_for(struct twice *w, enum kind kind);
char *folded(enum kind kind, char *name);
void event(struct twice *w, char *what);
struct inside enter(struct twice *w);
void leave(struct twice *w, struct inside inside);
int few(void);
struct loop begin_loop(struct twice *w, long times);
struct inside begin_body(struct twice *w);
void end_body(struct twice *w, struct inside inside);
void end_loop(struct twice *w, struct loop loop);
void some(struct twice *w, int count);

/* Generators (consume.c). */
void over_generator(struct twice *w);
void with_context(struct twice *w);
void by_handle(struct twice *w);
void write_yield(struct twice *w);

extern struct callee callees[MOST_CALLEES];
extern int callee_count;

/* Writes a random function of a random role; async ones are entered into `functions`. */
void write_ways(int number);

#endif
