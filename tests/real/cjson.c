/* Reads, changes and prints JSON by cJSON. */
#include "cJSON.c"

static const char *const texts[] = {
    "{\"name\": \"Jack (\\\"Bee\\\") Nimble\", \"format\": {\"type\": \"rect\", \"width\": 1920,"
    "\"interlace\": false, \"frame rate\": 24.5e-1}}",
    "[\"Sunday\", \"\\u00fc\\ud83d\\ude00\", null, true, [[[1, [2]], -3]], {}, 1e300, 0.1]",
    "[1, 2,, 3]",
    "{\"a\": [1, {\"b\": \"c\"}], \"a2\": 1} x",
    "[[[[[[[[[[",
};

int main(void)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *end = NULL;
        cJSON *json = cJSON_ParseWithOpts(texts[i], &end, 0);
        printf("%zu: %d, ends at %d\n", i, json != NULL, (int)(end - texts[i]));
        if (!json)
            continue;
        cJSON *copy = cJSON_Duplicate(json, 1);
        if (cJSON_IsArray(copy))
            cJSON_AddItemToArray(copy, cJSON_CreateString("a\tnew\none"));
        else
            cJSON_AddNumberToObject(copy, "new", 1.0 / 3);
        char *text = cJSON_Print(copy), *flat = cJSON_PrintUnformatted(json);
        printf("%s\n%s\n%d %d\n", text, flat, cJSON_Compare(json, copy, 1),
               cJSON_GetArraySize(copy));
        cJSON_DetachItemViaPointer(copy, copy->child);
        cJSON_Minify(text);
        printf("%s\n", text);
        cJSON_free(text);
        cJSON_free(flat);
        cJSON_Delete(copy);
        cJSON_Delete(json);
    }
    return 0;
}
