# The tree-sitter library as the imported target `tree-sitter`: wherever the compiler finds library
# and header, else where pkg-config says.
if(NOT TARGET tree-sitter)
    find_path(TREE_SITTER_INCLUDE_DIR tree_sitter/api.h)
    find_library(TREE_SITTER_LIBRARY tree-sitter)
    if(NOT TREE_SITTER_INCLUDE_DIR OR NOT TREE_SITTER_LIBRARY)
        find_package(PkgConfig QUIET)
        if(PkgConfig_FOUND)
            pkg_check_modules(TREE_SITTER QUIET tree-sitter)
            find_path(TREE_SITTER_INCLUDE_DIR tree_sitter/api.h HINTS ${TREE_SITTER_INCLUDE_DIRS})
            find_library(TREE_SITTER_LIBRARY tree-sitter HINTS ${TREE_SITTER_LIBRARY_DIRS})
        endif()
    endif()
    if(NOT TREE_SITTER_INCLUDE_DIR OR NOT TREE_SITTER_LIBRARY)
        message(FATAL_ERROR
                "asyncc needs the tree-sitter library (on Debian and Ubuntu: libtree-sitter-dev)")
    endif()
    add_library(tree-sitter UNKNOWN IMPORTED)
    set_target_properties(tree-sitter PROPERTIES
        IMPORTED_LOCATION "${TREE_SITTER_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${TREE_SITTER_INCLUDE_DIR}")
    mark_as_advanced(TREE_SITTER_INCLUDE_DIR TREE_SITTER_LIBRARY)
endif()
