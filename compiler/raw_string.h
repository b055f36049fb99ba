/* Raw strings of GNU C: R"(a "b")" */
#ifndef ASYNCC_RAW_STRING_H
#define ASYNCC_RAW_STRING_H

struct text;

/* Spells each raw string in preprocessed text as an ordinary one: "a \"b\"". The lines that it went
 * over follow it, so that what stands behind it keeps its line. */
void raw_strings_spell(struct text *text);

#endif
