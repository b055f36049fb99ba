/* Runs tree-sitter's parser, and gives up when it goes round in a circle: the recovery of its
 * versions before 0.21 may skip the same few tokens for ever (tests/fuzz/corpus/circle.ac).
 *
 * The parser gets the text in windows, so that it is seen how far it has read, and is interrupted
 * from time to time. Time alone says nothing on a busy machine, so it is only when several
 * interruptions in a row find no progress that it is given up. A text without such mistakes is
 * parsed long before the first one. */
#include "syntax/bounded.h"

enum {
    WINDOW = 256, /* bytes */
    FIRST_MICROSECONDS = 50000 /* and one a byte, which is 20 times what it takes */,
    MICROSECONDS = 10000, /* between interruptions */
    MOST_IN_VAIN = 10     /* of them */
};

struct reader {
    const char *text;
    uint32_t length, reached;
};

static const char *read_window(void *data, uint32_t at, TSPoint place, uint32_t *length)
{
    struct reader *reader = data;
    (void)place;
    uint32_t left = at < reader->length ? reader->length - at : 0;
    *length = left < WINDOW ? left : WINDOW;
    if (at + *length > reader->reached)
        reader->reached = at + *length;
    return reader->text + at;
}

TSTree *parse_bounded(TSParser *parser, const char *text, uint32_t length, uint32_t *reached)
{
    struct reader reader = {.text = text, .length = length};
    TSInput input = {.payload = &reader, .read = read_window, .encoding = TSInputEncodingUTF8};
    ts_parser_set_timeout_micros(parser, FIRST_MICROSECONDS + (uint64_t)length);
    TSTree *tree = ts_parser_parse(parser, NULL, input);
    ts_parser_set_timeout_micros(parser, MICROSECONDS);
    for (int in_vain = 0; !tree && in_vain < MOST_IN_VAIN; in_vain++) {
        uint32_t before = reader.reached;
        tree = ts_parser_parse(parser, NULL, input);
        if (reader.reached > before)
            in_vain = 0;
    }
    ts_parser_reset(parser);
    *reached = reader.reached;
    return tree;
}
