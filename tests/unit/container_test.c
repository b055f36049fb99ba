/* Containers as the checker sees them: types of members and operations, tags of C structs. */
#include <criterion/criterion.h>

#include "check_fixture.h"
#include "semantic/type.h"
#include "support/text.h"

#define DECLARATIONS                                                                         \
    "struct user { int age; }; typedef struct { int x; } point, spot; typedef int number;\n" \
    "list(int) ints; set(char *) words; dict(const char *, struct user) users;\n"            \
    "const list(int) *fixed; list(list(point)) nested; struct user user; point p;\n"

Test(container, members_and_operations_are_typed)
{
    expect_type(DECLARATIONS, "ints.data", "int *");
    expect_type(DECLARATIONS, "ints.data[3]", "int");
    expect_type(DECLARATIONS, "ints.len", "unsigned long");
    expect_type(DECLARATIONS, "fixed->error", "const int");
    expect_type(DECLARATIONS, "nested.data->data->x", "int");
    expect_type(DECLARATIONS, "list_append(&ints, 1)", "int");
    expect_type(DECLARATIONS, "list_pop(&nested)", "list(point)");
    expect_type(DECLARATIONS, "set_add(&words, \"x\")", "int");
    expect_type(DECLARATIONS, "set_has(&words, 0)", "_Bool");
    expect_type(DECLARATIONS, "dict_get(&users, \"x\")", "struct user *");
    expect_type(DECLARATIONS, "dict_get(&users, \"x\")->age", "int");
    expect_type(DECLARATIONS, "dict_put(&users, \"x\", user)", "int");
    expect_type(DECLARATIONS, "dict_remove(&users, \"x\")", "_Bool");
    expect_type(DECLARATIONS, "list_free(&ints)", "void");
    expect_type(DECLARATIONS, "sizeof(dict(int, int))", "unsigned long");
}

/* `declaration` declares x; its type is lowered to `struct async_` and the tag. */
static void expect_tag(const char *declaration, const char *tag)
{
    struct text source = {0}, out = {0};
    text_printf(&source, DECLARATIONS "%s", declaration);
    struct checked checked = check_text(source.data);
    struct symbol *symbol = find_symbol(&checked, "x");
    cr_assert_not_null(symbol);
    type_tag(&out, symbol->type);
    cr_expect_str_eq(out.data, tag, "%s: %s instead of %s", declaration, out.data, tag);
    text_free(&out);
    text_free(&source);
    checked_free(&checked);
}

Test(container, tags_are_readable)
{
    expect_tag("list(int) x;", "list_int");
    expect_tag("list(unsigned long int) x;", "list_unsigned_long");
    expect_tag("set(const char *) x;", "set_const_char_p");
    expect_tag("dict(char *, struct user) x;", "dict_char_p_to_struct_user");
    expect_tag("list(struct user *) x;", "list_struct_user_p");
    expect_tag("list(dict(int, list(point))) x;", "list_dict_int_to_list_point");
    expect_tag("list(int (*)[3]) x;", "list_int_3_p");
    expect_tag("list(_Complex float) x;", "list_complex_float");
    expect_tag("list(future(int)) x;", "list_future_int");
    expect_tag("list(double (*)(int, char *)) x;", "list_double_of_int_char_p_end_p");
}

Test(container, compatible_types_have_one_tag)
{
    expect_tag("list(number) x;", "list_int");
    expect_tag("list(const int) x;", "list_int");
    expect_tag("list(volatile number) x;", "list_int");
    expect_tag("list(spot) x;", "list_point");
    expect_tag("list(__typeof__(p)) x;", "list_point");
    expect_tag("typedef list(int) ints_t; list(ints_t) x;", "list_list_int");
}

Test(container, other_types_have_other_tags)
{
    expect_tag("list(char *const *) x;", "list_char_p_const_p");
    expect_tag("list(const char **) x;", "list_const_char_p_p");
    expect_tag("list(signed char) x;", "list_signed_char");
    expect_tag("dict(long, long long) x;", "dict_long_to_long_long");
    expect_tag("dict(long long, long) x;", "dict_long_long_to_long");
    expect_tag("list(int (*)()) x;", "list_int_of_any_p");
    expect_tag("list(int (*)(int, ...)) x;", "list_int_of_int_more_p");
}
