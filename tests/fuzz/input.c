/* Makes an input of the files given: tokens are removed, doubled, exchanged, replaced by words of a
 * dictionary or of another file, whole ranges cut or inserted; or it is only soup. */
#include "input.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/text.h"

enum { MOST_TOKENS = 40000 };

struct token { /* with the blanks behind it */
    const char *text;
    size_t length;
};

struct tokens {
    struct token *list;
    size_t count;
    char *text; /* that they are of, if they own it */
};

struct inputs {
    struct tokens *files, words;
    size_t file_count;
    uint64_t random;
};

/* --- files and their tokens */

char *read_whole(const char *path)
{
    struct text text = {0};
    FILE *file = fopen(path, "r");
    char buffer[4096];
    size_t got;
    if (!file) {
        perror(path);
        exit(2);
    }
    while ((got = fread(buffer, 1, sizeof buffer, file)) > 0)
        text_write(&text, buffer, got);
    fclose(file);
    text_write(&text, "", 1);
    return text.data;
}

static bool is_word(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_';
}

static const char *token_end(const char *at)
{
    if (*at == '"' || *at == '\'') {
        char quote = *at++;
        while (*at && *at != quote && *at != '\n')
            at += at[0] == '\\' && at[1] ? 2 : 1;
        at += *at == quote;
    } else if (is_word(*at)) {
        while (is_word(*at))
            at++;
    } else {
        at++;
    }
    while (isspace((unsigned char)*at))
        at++;
    return at;
}

/* Directives and comments are left out; the prelude stands for the headers. */
static void remove_directives(char *text)
{
    for (char *line = text; *line;) {
        char *end = strchr(line, '\n');
        if (!end)
            break;
        if (*line == '#' || !strncmp(line, "//", 2))
            memset(line, ' ', (size_t)(end - line));
        line = end + 1;
    }
}

static void add_token(struct tokens *tokens, const char *text, size_t length)
{
    tokens->list = realloc(tokens->list, (tokens->count + 1) * sizeof *tokens->list);
    tokens->list[tokens->count++] = (struct token){text, length};
}

static struct tokens split(const char *text)
{
    struct tokens tokens = {0};
    for (const char *at = text, *end; *at; at = end) {
        end = token_end(at);
        add_token(&tokens, at, (size_t)(end - at));
    }
    return tokens;
}

void inputs_add(struct inputs *inputs, const char *path)
{
    char *text = read_whole(path);
    remove_directives(text);
    inputs->files = realloc(inputs->files, (inputs->file_count + 1) * sizeof *inputs->files);
    inputs->files[inputs->file_count] = split(text);
    inputs->files[inputs->file_count++].text = text;
}

/* Adds the word that stands in quotes at `at`, in place of its escapes. */
static void add_word(struct tokens *words, char *at)
{
    char *start = at, *to = at;
    for (; *at && *at != '"'; at++) {
        unsigned byte = (unsigned char)*at;
        if (*at == '\\' && at[1] == 'x' && sscanf(at + 2, "%2x", &byte) == 1)
            at += 3;
        else if (*at == '\\' && at[1])
            byte = (unsigned char)*++at;
        *to++ = (char)byte;
    }
    add_token(words, start, (size_t)(to - start));
}

struct inputs *inputs_new(const char *dictionary)
{
    struct inputs *inputs = calloc(1, sizeof *inputs);
    char *rest, *text = inputs->words.text = read_whole(dictionary);
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        if (*line == '"')
            add_word(&inputs->words, line + 1);
    return inputs;
}

static void free_tokens(struct tokens *tokens)
{
    free(tokens->list);
    free(tokens->text);
}

void inputs_free(struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->file_count; i++)
        free_tokens(&inputs->files[i]);
    free_tokens(&inputs->words);
    free(inputs->files);
    free(inputs);
}

/* --- mutations */

static uint64_t random_below(struct inputs *inputs, uint64_t count)
{
    uint64_t z = inputs->random += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (z ^ z >> 31) % count;
}

static struct token dictionary_token(struct inputs *inputs)
{
    return inputs->words.list[random_below(inputs, inputs->words.count)];
}

static const struct tokens *any_file(struct inputs *inputs)
{
    static const struct tokens none;
    return inputs->file_count ? &inputs->files[random_below(inputs, inputs->file_count)] : &none;
}

static struct token file_token(struct inputs *inputs)
{
    const struct tokens *file = any_file(inputs);
    return file->count ? file->list[random_below(inputs, file->count)] : dictionary_token(inputs);
}

static struct token any_token(struct inputs *inputs, const struct tokens *input)
{
    if (input->count && random_below(inputs, 3) == 0)
        return input->list[random_below(inputs, input->count)];
    return random_below(inputs, 2) ? dictionary_token(inputs) : file_token(inputs);
}

static void cut(struct tokens *input, size_t at, size_t count)
{
    memmove(input->list + at, input->list + at + count,
            (input->count - at - count) * sizeof *input->list);
    input->count -= count;
}

/* Puts `count` tokens in; none, if there is no room for them all. */
static void insert(struct tokens *input, size_t at, const struct token *list, size_t count)
{
    if (count == 0 || input->count + count > MOST_TOKENS)
        return;
    memmove(input->list + at + count, input->list + at, (input->count - at) * sizeof *input->list);
    memmove(input->list + at, list, count * sizeof *list);
    input->count += count;
}

static size_t short_run(struct inputs *inputs, size_t most)
{
    size_t run = 1 + random_below(inputs, random_below(inputs, 4) ? 4 : 60);
    return run < most ? run : most;
}

static void insert_from_file(struct inputs *inputs, struct tokens *input, size_t at)
{
    const struct tokens *file = any_file(inputs);
    if (!file->count)
        return;
    size_t from = random_below(inputs, file->count), run = short_run(inputs, file->count - from);
    insert(input, at, file->list + from, run);
}

static void repeat(struct inputs *inputs, struct tokens *input, size_t at)
{
    size_t run = short_run(inputs, input->count - at);
    size_t times = random_below(inputs, 8) ? 1 : random_below(inputs, 300);
    while (times-- > 0)
        insert(input, at + run, input->list + at, run);
}

static void mutate(struct inputs *inputs, struct tokens *input)
{
    size_t at = random_below(inputs, input->count), other;
    struct token *token = &input->list[at], word = any_token(inputs, input);
    switch (random_below(inputs, 9)) {
    case 0:
        cut(input, at, short_run(inputs, input->count - at));
        break;
    case 1:
        insert(input, at, &word, 1);
        break;
    case 2:
    case 3:
        *token = word;
        break;
    case 4: {
        struct token kept = *token;
        other = random_below(inputs, input->count);
        *token = input->list[other];
        input->list[other] = kept;
        break;
    }
    case 5:
        insert_from_file(inputs, input, at);
        break;
    case 6:
        repeat(inputs, input, at);
        break;
    case 7:
        if (random_below(inputs, 10) == 0)
            input->count = at + 1;
        break;
    default:
        token->length = random_below(inputs, token->length + 1);
        break;
    }
}

static void fill(struct inputs *inputs, struct tokens *input)
{
    if (random_below(inputs, 12) == 0) { /* soup */
        size_t count = random_below(inputs, 200) + 1;
        while (input->count < count) {
            struct token token = any_token(inputs, input);
            input->list[input->count++] = token;
        }
        return;
    }
    const struct tokens *file = any_file(inputs);
    insert(input, 0, file->list, file->count < MOST_TOKENS ? file->count : MOST_TOKENS);
    size_t changes = 1 + random_below(inputs, random_below(inputs, 3) ? 3 : 25);
    while (changes-- > 0 && input->count)
        mutate(inputs, input);
}

static char *join(const struct tokens *input)
{
    struct text text = {0};
    for (size_t i = 0; i < input->count; i++) {
        struct token token = input->list[i];
        if (text.length && token.length && is_word(text.data[text.length - 1]) &&
            is_word(token.text[0]))
            text_write(&text, " ", 1);
        text_write(&text, token.text, token.length);
    }
    text_write(&text, "\n", 2);
    return text.data;
}

static struct tokens room(void)
{
    return (struct tokens){.list = malloc(MOST_TOKENS * sizeof(struct token))};
}

char *inputs_make(struct inputs *inputs, uint64_t seed, unsigned long number)
{
    struct tokens input = room();
    inputs->random = (seed << 32 ^ number) * 0xd1342543de82ef95 + 1;
    fill(inputs, &input);
    char *text = join(&input);
    free_tokens(&input);
    return text;
}

char *inputs_change(struct inputs *inputs, uint64_t seed, const char *text)
{
    struct tokens tokens = split(text), input = room();
    inputs->random = seed;
    insert(&input, 0, tokens.list, tokens.count);
    size_t changes = 1 + random_below(inputs, 4);
    while (changes-- > 0 && input.count)
        mutate(inputs, &input);
    char *changed = join(&input);
    free_tokens(&input);
    free_tokens(&tokens);
    return changed;
}
