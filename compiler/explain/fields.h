/* The fields of frames and where they stand: what --frames shows and -Wframe-size=N counts. */
#ifndef ASYNCC_EXPLAIN_FIELDS_H
#define ASYNCC_EXPLAIN_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lowered;
struct slot;
struct type;

struct extent {
    uint64_t size, alignment; /* at least */
    bool is_known;            /* exactly */
};

struct frame_field {
    const char *name;
    uint64_t offset;
    bool is_placed; /* the offset is known */
    struct extent extent;
    const struct slot *slot; /* what it holds; NULL: it is part of every such frame, and: */
    const struct type *type; /* NULL: one of the runtime's */
    const char *purpose;
};

struct frame {
    struct extent extent;
    struct frame_field *fields;
    size_t count, capacity;
};

/* Those of all functions, by their index; NULL before frames are laid out. */
struct frame *frames_measure(const struct lowered *lowered);

#endif
