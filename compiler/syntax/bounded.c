/* Runs tree-sitter's parser, and gives up where it makes nothing of the text.
 *
 * What does not fit its grammar it skips, token by token, at a cost that grows with what was
 * skipped before. Beyond 65,535 tokens versions before 0.21 corrupt memory, and they may skip the
 * same few tokens for ever (tests/fuzz/corpus/circle.ac). So it is interrupted from time to time
 * and watched for a moment, through its log, which is far too slow to be read all the time. If it
 * skips tokens, it is watched on, and given up when there are too many of them. Of a text without
 * mistakes that takes a tenth more time at most, and nothing of one that is parsed before the first
 * interruption. */
#include "syntax/bounded.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "diagnostic.h"
#include "syntax/token.h"

enum {
    MICROSECONDS = 20000,        /* between looks; too few for more than 65,535 tokens */
    WATCHED_MICROSECONDS = 2000, /* a look */
    MOST_SKIPPED = 2000,         /* tokens that it may skip in one while it is watched */
    MOST_IN_HEAP = 60000         /* tokens */
};

struct place_behind { /* which the next token stands */
    unsigned row, column;
};

struct watch {
    size_t cancels; /* tree-sitter's flag */
    unsigned skipped;
    unsigned steps; /* that it may still take */
    struct place_behind here, farthest, mistake;
};

static bool says(const char *message, const char *word)
{
    return !strncmp(message, word, strlen(word));
}

static void count_skipped(void *data, TSLogType type, const char *message)
{
    struct watch *watch = data;
    if (type == TSLogTypeParse && says(message, "skip_token") && ++watch->skipped > MOST_SKIPPED)
        watch->cancels = 1;
}

static bool is_behind(struct place_behind place, struct place_behind other)
{
    return place.row > other.row || (place.row == other.row && place.column > other.column);
}

/* Stops at the first token that fits no reading of the text. One reading may end earlier. */
static void find_mistake(void *data, TSLogType type, const char *message)
{
    struct watch *watch = data;
    if (watch->cancels)
        return;
    if (!watch->steps || !--watch->steps)
        watch->cancels = 1;
    if (type != TSLogTypeParse)
        return;
    const char *place = says(message, "process ") ? strstr(message, "row:") : NULL;
    if (place)
        sscanf(place, "row:%u, col:%u", &watch->here.row, &watch->here.column);
    if (is_behind(watch->here, watch->farthest))
        watch->farthest = watch->here;
    if (place)
        return;
    if (says(message, "detect_error") && is_behind(watch->here, watch->mistake))
        watch->mistake = watch->here;
    else if (says(message, "resume"))
        watch->cancels = 1;
}

static TSTree *parse_watched(TSParser *parser, const char *text, uint32_t length,
                             void (*log)(void *, TSLogType, const char *), struct watch *watch,
                             uint64_t microseconds)
{
    ts_parser_set_logger(parser, (TSLogger){watch, log});
    ts_parser_set_cancellation_flag(parser, &watch->cancels);
    ts_parser_set_timeout_micros(parser, microseconds);
    TSTree *tree = ts_parser_parse_string(parser, NULL, text, length);
    ts_parser_set_logger(parser, (TSLogger){NULL, NULL});
    ts_parser_set_cancellation_flag(parser, NULL);
    return tree;
}

bool text_parses(TSParser *parser, const char *text, uint32_t length)
{
    TSTree *tree = parse_bounded(parser, text, length, NULL);
    bool ok = tree && !ts_node_has_error(ts_tree_root_node(tree));
    ts_tree_delete(tree);
    return ok;
}

static uint32_t offset_of(struct place_behind place, const char *text, uint32_t length)
{
    uint32_t at = 0;
    for (unsigned row = 0; row < place.row && at < length; at++)
        row += text[at] == '\n';
    return at + place.column < length ? at + place.column : length;
}

/* One reading may have ended well before another one, which came no farther, was given up. */
uint32_t parse_until_mistake(TSParser *parser, const char *text, uint32_t length, unsigned *steps)
{
    struct watch watch = {.steps = *steps};
    ts_tree_delete(parse_watched(parser, text, length, find_mistake, &watch, 0));
    ts_parser_reset(parser);
    *steps = watch.steps;
    uint32_t at = offset_of(watch.mistake, text, length), next = at;
    struct range token;
    bool has_end =
        is_behind(watch.farthest, watch.mistake) || !next_token(text, length, &next, &token);
    if (!watch.cancels || (has_end && text_parses(parser, text, length)))
        return length + 1;
    return at;
}

struct range first_mistake(TSParser *parser, const char *text, uint32_t length)
{
    struct range token = {0, 1};
    unsigned steps = UINT_MAX;
    uint32_t at = parse_until_mistake(parser, text, length, &steps);
    next_token(text, length, &at, &token);
    return token;
}

/* There the parser has put together most of what came before. */
static bool is_separator(char byte)
{
    return byte == ';' || byte == ',' || byte == '{' || byte == '}';
}

/* Where more tokens follow each other without a separator than tree-sitter can count. Adjacent
 * strings are one. */
static bool find_heap(const char *text, uint32_t start, uint32_t end, struct range *heap)
{
    uint32_t count = 0;
    bool is_string = false;
    struct range token;
    for (uint32_t at = start; next_token(text, end, &at, &token);) {
        bool was_string = is_string;
        is_string = text[token.start] == '"';
        if (is_separator(text[token.start]))
            count = 0;
        else if (!count++)
            *heap = token;
        else if (was_string && is_string)
            count--;
        if (count > MOST_IN_HEAP)
            return true;
    }
    return false;
}

/* Only a stretch without `;` that has as many bytes can have as many tokens. */
static bool has_heap(const char *text, uint32_t length, struct range *heap)
{
    for (uint32_t at = 0; at < length;) {
        const char *semicolon = memchr(text + at, ';', length - at);
        uint32_t end = semicolon ? (uint32_t)(semicolon - text) : length;
        if (end - at > MOST_IN_HEAP && find_heap(text, at, end, heap))
            return true;
        at = end + 1;
    }
    return false;
}

TSTree *parse_bounded(TSParser *parser, const char *text, uint32_t length, struct range *mistake)
{
    struct watch watch = {0};
    struct range heap;
    TSTree *tree = NULL;
    if (has_heap(text, length, &heap)) {
        if (mistake)
            *mistake = heap;
        return NULL;
    }
    while (!tree && !watch.cancels) {
        unsigned before = watch.skipped;
        if (!before) {
            ts_parser_set_timeout_micros(parser, MICROSECONDS);
            tree = ts_parser_parse_string(parser, NULL, text, length);
        }
        if (!tree)
            tree = parse_watched(parser, text, length, count_skipped, &watch, WATCHED_MICROSECONDS);
        if (watch.skipped == before)
            watch.skipped = 0;
    }
    ts_parser_reset(parser);
    if (!tree && mistake)
        *mistake = first_mistake(parser, text, length);
    return tree;
}
