# asyncc_target_sources(<target> [PRIVATE <file.ac|file.ah>...] [PUBLIC <file.ah>...] [BASE <dir>])
#
# Adds .ac files to a target: each is lowered to C by asyncc with the very flags that the target's
# own C files get (include directories, definitions, options, language standard; its own, its
# directory's, its libraries', generator expressions and all), and that C is compiled into the
# target. The runtime is linked. A changed .ac file, header, flag or asyncc itself lowers again,
# and nothing else does. The .ac files show up in the target for IDEs.
#
# Of a header, file.ah, a C header file.h is made, in a folder among the target's include
# directories, and for PUBLIC ones also among those of targets that link it. There it has the path
# that the .ah file has below BASE, by default the directory that is being processed.
#
# How: flags are known when CMake generates. file(GENERATE) writes them as a CMake script
# (flags-C.cmake); a build step turns it into a response file with proper quoting
# (AsynccFlags.cmake) which each lowering names: asyncc @flags.rsp file.ac -o file.c. Header
# dependencies come from the depfile that asyncc writes.
include_guard(GLOBAL)
cmake_policy(VERSION 3.25)

function(asyncc_target_sources target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "BASE" "PRIVATE;PUBLIC")
    if(NOT TARGET ${target})
        message(FATAL_ERROR "asyncc_target_sources: there is no target \"${target}\"")
    endif()
    if(arg_UNPARSED_ARGUMENTS OR NOT (arg_PRIVATE OR arg_PUBLIC))
        message(FATAL_ERROR "usage: asyncc_target_sources(<target> [PRIVATE <file.ac|file.ah>...] "
                            "[PUBLIC <file.ah>...] [BASE <dir>])")
    endif()
    if(NOT DEFINED arg_BASE)
        set(arg_BASE .)
    endif()
    cmake_path(ABSOLUTE_PATH arg_BASE BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
    get_target_property(aliased ${target} ALIASED_TARGET)
    if(aliased)
        set(target ${aliased})
    endif()

    set(folder "${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${target}.asyncc")
    get_property(is_multi GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
    if(is_multi)
        string(APPEND folder "/$<CONFIG>")
    endif()

    # Build steps serve the targets of their own directory only; those of another one are ordered by
    # a target of their own. So it must be, too, where Makefiles are generated into a subdirectory
    # with a blank in its name: CMake quotes wrongly what a DEPFILE needs there, so the steps go to
    # the project's top.
    set(home "${CMAKE_CURRENT_SOURCE_DIR}")
    file(RELATIVE_PATH below "${CMAKE_BINARY_DIR}" "${CMAKE_CURRENT_BINARY_DIR}")
    if(CMAKE_GENERATOR MATCHES "Makefiles" AND below MATCHES " ")
        set(home "${CMAKE_SOURCE_DIR}")
    endif()

    _asyncc_write_flags(${target} "${folder}")
    _asyncc_link_runtime(${target})
    set(outputs)
    foreach(source IN LISTS arg_PRIVATE arg_PUBLIC)
        cmake_path(GET source EXTENSION LAST_ONLY extension)
        set(is_public FALSE)
        if(source IN_LIST arg_PUBLIC)
            set(is_public TRUE)
        endif()
        cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
        if(extension STREQUAL ".ah")
            _asyncc_add_header(${target} "${source}" "${folder}" "${arg_BASE}")
        elseif(NOT extension STREQUAL ".ac")
            message(FATAL_ERROR "asyncc_target_sources: \"${source}\" is no .ac or .ah file")
        elseif(is_public)
            message(FATAL_ERROR "asyncc_target_sources: \"${source}\" can only be PRIVATE")
        else()
            _asyncc_add_source(${target} "${source}" "${folder}")
        endif()
    endforeach()
    if(arg_PUBLIC)
        set_property(TARGET ${target} APPEND PROPERTY INTERFACE_INCLUDE_DIRECTORIES
                     "$<BUILD_INTERFACE:${folder}/include>")
        set_property(TARGET ${target} APPEND PROPERTY INTERFACE_LINK_LIBRARIES asyncc::runtime)
    endif()

    get_target_property(directory ${target} SOURCE_DIR)
    if(NOT directory STREQUAL home)
        string(MD5 hash "${CMAKE_CURRENT_SOURCE_DIR} ${arg_PRIVATE} ${arg_PUBLIC}")
        string(SUBSTRING ${hash} 0 8 hash)
        _asyncc_call_in("${home}" add_custom_target ${target}_asyncc_${hash} DEPENDS ${outputs})
        _asyncc_call_in("${home}" add_dependencies ${target} ${target}_asyncc_${hash})
    endif()
endfunction()

# Calls a command in a directory: now if it is this one, else when that one has been read.
function(_asyncc_call_in directory command)
    if(directory STREQUAL CMAKE_CURRENT_SOURCE_DIR)
        cmake_language(CALL ${command} ${ARGN})
    else()
        list(JOIN ARGN "]==] [==[" arguments)
        cmake_language(EVAL CODE "cmake_language(
            DEFER DIRECTORY [==[${directory}]==] CALL ${command} [==[${arguments}]==])")
    endif()
endfunction()

# One source: its build step, its C file in the target, the .ac file for IDEs. Adds the C file to
# `outputs` of the caller and takes `home` from it.
function(_asyncc_add_source target source folder)
    cmake_path(GET source PARENT_PATH source_folder)
    file(RELATIVE_PATH name "${CMAKE_CURRENT_SOURCE_DIR}" "${source}")
    string(REPLACE "../" "up/" name "${name}")
    string(REGEX REPLACE "\\.ac$" ".c" name "${name}")
    set(output "${folder}/${name}")
    _asyncc_call_in("${home}" _asyncc_lower "${source}" "${output}" "${folder}/flags.rsp")

    target_sources(${target} PRIVATE "${output}" "${source}")
    # A quoted include of the .ac file is relative to the .ac file's folder. Where a frame is
    # resumed, gcc -O2 would pack counters that lie side by side in it into a vector and out again:
    # slower.
    set(options "-iquote;${source_folder}")
    if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
        list(APPEND options -fno-tree-slp-vectorize)
    endif()
    _asyncc_files("${output}" files)
    set_source_files_properties(${files} TARGET_DIRECTORY ${target} PROPERTIES
        GENERATED ON
        COMPILE_OPTIONS "${options}"
        SKIP_UNITY_BUILD_INCLUSION ON
        SKIP_PRECOMPILE_HEADERS ON)
    set_source_files_properties("${source}" TARGET_DIRECTORY ${target} PROPERTIES
        HEADER_FILE_ONLY ON)
    set(outputs ${outputs} "${output}" PARENT_SCOPE)
endfunction()

# One header: its build step, its C header for who compiles the target. Adds that to `outputs` of
# the caller and takes `home` from it.
function(_asyncc_add_header target source folder base)
    file(RELATIVE_PATH name "${base}" "${source}")
    string(REPLACE "../" "up/" name "${name}")
    string(REGEX REPLACE "\\.ah$" ".h" name "${name}")
    set(output "${folder}/include/${name}")
    _asyncc_call_in("${home}" _asyncc_lower "${source}" "${output}" "${folder}/flags.rsp" --header)

    target_sources(${target} PRIVATE "${output}" "${source}")
    _asyncc_files("${output}" files)
    set_source_files_properties(${files} TARGET_DIRECTORY ${target} PROPERTIES GENERATED ON)
    set_source_files_properties("${source}" TARGET_DIRECTORY ${target} PROPERTIES
        HEADER_FILE_ONLY ON)
    get_target_property(directories ${target} INCLUDE_DIRECTORIES)
    if(NOT "${folder}/include" IN_LIST directories)
        set_property(TARGET ${target} APPEND PROPERTY INCLUDE_DIRECTORIES "${folder}/include")
    endif()
    set(outputs ${outputs} "${output}" PARENT_SCOPE)
endfunction()

# The files that an output is: one for each configuration. What is said of "$<CONFIG>" itself, CMake
# does not apply to them.
function(_asyncc_files output result)
    set(files "${output}")
    if(output MATCHES "\\$<CONFIG>")
        set(files)
        foreach(config IN LISTS CMAKE_CONFIGURATION_TYPES)
            string(REPLACE "$<CONFIG>" "${config}" file "${output}")
            list(APPEND files "${file}")
        endforeach()
    endif()
    set(${result} "${files}" PARENT_SCOPE)
endfunction()

# The build step that lowers one source or header, with further options.
function(_asyncc_lower source output flags)
    cmake_path(GET output PARENT_PATH folder)
    set(compiler "${CMAKE_C_COMPILER}")
    if(CMAKE_C_COMPILER_ARG1) # CC was "ccache gcc"
        set(compiler "\"${CMAKE_C_COMPILER}\" ${CMAKE_C_COMPILER_ARG1}")
    endif()
    add_custom_command(
        OUTPUT "${output}"
        COMMAND "${CMAKE_COMMAND}" -E make_directory "${folder}"
        COMMAND asyncc::asyncc "--cc=${compiler}" "@${flags}" ${ARGN}
                -MD -MF "${output}.d" -MQ "${output}" "${source}" -o "${output}"
        DEPENDS "${source}" "${flags}" "$<TARGET_FILE:asyncc::asyncc>"
        DEPFILE "${output}.d"
        COMMENT "Lowering ${source} to C"
        VERBATIM)
endfunction()

# The response file with the target's flags: once for each target and directory.
function(_asyncc_write_flags target folder)
    get_property(is_written DIRECTORY PROPERTY ASYNCC_FLAGS_OF_${target})
    if(is_written)
        return()
    endif()
    set_property(DIRECTORY PROPERTY ASYNCC_FLAGS_OF_${target} ON)

    set(content "# The C flags of target ${target}; written by CMake.\n")
    foreach(property INCLUDE_DIRECTORIES SYSTEM_INCLUDE_DIRECTORIES COMPILE_DEFINITIONS
            COMPILE_FLAGS COMPILE_OPTIONS COMPILE_FEATURES C_STANDARD C_EXTENSIONS
            POSITION_INDEPENDENT_CODE)
        string(APPEND content
               "set(${property} [==[$<TARGET_PROPERTY:${target},${property}>]==])\n")
    endforeach()
    get_target_property(type ${target} TYPE)
    if(type MATCHES "SHARED|MODULE")
        get_target_property(symbol ${target} DEFINE_SYMBOL)
        if(NOT symbol)
            string(MAKE_C_IDENTIFIER ${target}_EXPORTS symbol)
        endif()
        string(APPEND content "set(POSITION_INDEPENDENT_CODE ON)\n"
                              "list(APPEND COMPILE_DEFINITIONS ${symbol})\n")
    endif()
    foreach(standard 90 99 11 17 23)
        string(APPEND content
            "set(STANDARD_${standard} [==[${CMAKE_C${standard}_STANDARD_COMPILE_OPTION}]==])\n"
            "set(EXTENSION_${standard} [==[${CMAKE_C${standard}_EXTENSION_COMPILE_OPTION}]==])\n")
    endforeach()
    set(flags "${CMAKE_C_FLAGS}")
    foreach(config ${CMAKE_CONFIGURATION_TYPES} ${CMAKE_BUILD_TYPE})
        string(TOUPPER ${config} upper)
        string(APPEND flags " $<$<CONFIG:${config}>:${CMAKE_C_FLAGS_${upper}}>")
    endforeach()
    foreach(option TARGET EXTERNAL_TOOLCHAIN)
        if(CMAKE_C_COMPILER_${option} AND CMAKE_C_COMPILE_OPTIONS_${option})
            string(PREPEND flags "${CMAKE_C_COMPILE_OPTIONS_${option}}"
                                 "\"${CMAKE_C_COMPILER_${option}}\" ")
        endif()
    endforeach()
    string(APPEND content "set(FLAGS [==[${flags}]==])\n"
                          "set(SYSROOT [==[${CMAKE_SYSROOT}]==])\n"
                          "set(PIC_FLAG [==[${CMAKE_C_COMPILE_OPTIONS_PIC}]==])\n")

    # Once for each language of the project, since flags may ask which one it is; C's is used.
    file(GENERATE OUTPUT "${folder}/flags-$<COMPILE_LANGUAGE>.cmake" CONTENT "${content}"
         TARGET ${target})
    _asyncc_call_in("${home}" _asyncc_quote_flags "${folder}" ${target})
endfunction()

# The build step that makes a response file of the flags.
function(_asyncc_quote_flags folder target)
    set(script "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/AsynccFlags.cmake")
    add_custom_command(
        OUTPUT "${folder}/flags.rsp"
        COMMAND "${CMAKE_COMMAND}" "-DIN=${folder}/flags-C.cmake" "-DOUT=${folder}/flags.rsp"
                -P "${script}"
        DEPENDS "${folder}/flags-C.cmake" "${script}"
        COMMENT "Writing the C flags of ${target} for asyncc"
        VERBATIM)
endfunction()

# Links the runtime as target_link_libraries(PRIVATE) would, which cannot be called here: a target
# must not mix its forms with and without PRIVATE, and which one it uses is the user's choice.
function(_asyncc_link_runtime target)
    get_target_property(libraries ${target} LINK_LIBRARIES)
    if("asyncc::runtime" IN_LIST libraries)
        return()
    endif()
    set_property(TARGET ${target} APPEND PROPERTY LINK_LIBRARIES asyncc::runtime)
    get_target_property(type ${target} TYPE)
    if(type MATCHES "STATIC|OBJECT")
        set_property(TARGET ${target} APPEND PROPERTY
                     INTERFACE_LINK_LIBRARIES "$<LINK_ONLY:asyncc::runtime>")
    endif()
    cmake_language(EVAL CODE "cmake_language(DEFER CALL _asyncc_follow_position [==[${target}]==])")
endfunction()

# What goes into a shared library needs a runtime that can go there, too.
function(_asyncc_follow_position target)
    get_target_property(type ${target} TYPE)
    get_target_property(is_independent ${target} POSITION_INDEPENDENT_CODE)
    get_target_property(runtime asyncc::runtime ALIASED_TARGET)
    if(runtime AND (type MATCHES "SHARED|MODULE" OR is_independent))
        set_property(TARGET ${runtime} PROPERTY POSITION_INDEPENDENT_CODE ON)
    endif()
endfunction()
