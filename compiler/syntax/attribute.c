/* Looking for attributes in the tree. */
#include "syntax/attribute.h"

#include <stdbool.h>
#include <string.h>

#include "syntax/ast.h"

struct attributes declared_attributes(const struct node *declaration, uint32_t index)
{
    if (declaration->kind != NODE_DECLARATION)
        return (struct attributes){.specifiers = declaration->kid[0],
                                   .around =
                                       declaration->kind == NODE_PARAMETER ? declaration : NULL,
                                   .declarator = declaration->kid[1]};
    const struct node *declared = declaration->kid[index];
    return (struct attributes){
        .specifiers = declaration->kid[0], .around = declared, .declarator = declared->kid[0]};
}

/* Whether those of a pointer or of parentheses are about the name. */
static bool are_of_name(const struct node *declarator)
{
    if (declarator->kind != NODE_POINTER && declarator->kind != NODE_PAREN_DECLARATOR)
        return true;
    if (declarator_without_attributes(declarator) != declarator)
        return true;
    const struct node *inner = declarator->kid[0];
    while (inner && inner->kind == NODE_PAREN_DECLARATOR)
        inner = inner->kid[0];
    return !inner || inner->kind == NODE_DECLARATOR_NAME;
}

/* Each place is left behind as it is taken. */
static const struct node *next_place(struct attributes *attributes)
{
    const struct node **place = attributes->specifiers ? &attributes->specifiers
                                : attributes->around   ? &attributes->around
                                                       : &attributes->declarator;
    const struct node *taken = *place;
    bool goes_on = place == &attributes->declarator && taken && taken->kind != NODE_DECLARATOR_NAME;
    *place = goes_on ? node_kid(taken, 0) : NULL;
    attributes->kid = 0;
    return taken;
}

struct node *next_attribute(struct attributes *attributes)
{
    while (attributes->place || (attributes->place = next_place(attributes))) {
        const struct node *place = attributes->place;
        struct node *kid = NULL;
        while (attributes->kid < place->count && (!kid || kid->kind != NODE_ATTRIBUTE))
            kid = place->kid[attributes->kid++];
        if (kid && kid->kind == NODE_ATTRIBUTE && are_of_name(place))
            return kid;
        if (attributes->kid == place->count)
            attributes->place = NULL;
    }
    return NULL;
}

const char *attribute_bare_name(const char *name, size_t *length)
{
    if (*length <= 4 || memcmp(name, "__", 2) != 0 || memcmp(name + *length - 2, "__", 2) != 0)
        return name;
    *length -= 4;
    return name + 2;
}

const struct node *attribute_item(const struct node *attribute, const char *name)
{
    for (uint32_t i = 0; i < attribute->count; i++)
        if (!strcmp(attribute->kid[i]->name, name))
            return attribute->kid[i];
    return NULL;
}

const struct node *find_attribute(struct attributes attributes, const char *name)
{
    const struct node *attribute, *item = NULL;
    while (!item && (attribute = next_attribute(&attributes)) != NULL)
        item = attribute_item(attribute, name);
    return item;
}
