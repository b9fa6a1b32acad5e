# SPDX-License-Identifier: Apache-2.0
# Test programs, and how ctest runs them: whole programs or shards of them, not a process for each test.
# One test by itself: build/tests/solve/nonneg_solve_test --gtest_filter='StopTest*'
#
# Tests that need a CUDA device are registered twice:
#
#   emulated.NAME   on the emulated device, anywhere; label emulated_device
#   gpu.NAME        on a GPU; skipped where there is none, or failed with NONNEG_TEST_REQUIRE_GPU=1
#                   in the environment; label gpu

# What every test program is compiled with. They are compiled often and run shortly: -O1 builds them in
# half the time of a release's -O3, and -O0 in a third of the time of -O1 where sanitizers instrument
# them; without checks of undefined behaviour in two thirds of that. (The library that they test has its
# own flags.)
add_library(nonneg_test_options INTERFACE)
target_link_libraries(nonneg_test_options INTERFACE
  GTest::gmock OpenMP::OpenMP_CXX Threads::Threads nonneg_compile_options)
if(NONNEG_SANITIZE)
  target_compile_options(nonneg_test_options INTERFACE -O0)
  if(NOT NONNEG_SANITIZE_TESTS)
    target_compile_options(nonneg_test_options INTERFACE -fno-sanitize=undefined)
  endif()
else()
  target_compile_options(nonneg_test_options INTERFACE
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CONFIG:Release>>:-O1>)
endif()
target_include_directories(nonneg_test_options INTERFACE ${PROJECT_SOURCE_DIR}/tests)

# The headers of GoogleTest and of JSON are compiled once. Every file includes what it uses all the same.
add_executable(nonneg_precompiled EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/support/precompiled.cpp)
target_link_libraries(nonneg_precompiled PRIVATE nonneg_test_options nlohmann_json::nlohmann_json)
target_precompile_headers(nonneg_precompiled PRIVATE
  <gmock/gmock.h> <gtest/gtest.h> <nlohmann/json.hpp>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Lets ccache keep what is compiled with a precompiled header.
  target_compile_options(nonneg_test_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
endif()

# The main() of all of them.
add_library(nonneg_test_main STATIC ${CMAKE_CURRENT_LIST_DIR}/support/test_main.cpp)
target_link_libraries(nonneg_test_main
  PUBLIC GTest::gtest PRIVATE nonneg_compile_options ${CMAKE_DL_LIBS})
target_include_directories(nonneg_test_main PRIVATE
  ${CMAKE_CURRENT_LIST_DIR} ${CMAKE_CURRENT_LIST_DIR}/emulated_device)

# What tests of the CPU are run with: backend auto finds no GPU.
set(NONNEG_NO_GPU CUDA_VISIBLE_DEVICES=-1)

# nonneg_add_test_program(PROGRAM SOURCE... [LIBRARIES LIBRARY...])
function(nonneg_add_test_program program)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBRARIES")
  add_executable(${program} ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${program} PRIVATE ${arg_LIBRARIES} nonneg_test_main nonneg_test_options)
  target_precompile_headers(${program} REUSE_FROM nonneg_precompiled)
endfunction()

# nonneg_add_tests(NAME PROGRAM [FILTER f] [SHARDS n] [LABELS l...] [TIMEOUT s] [ENVIRONMENT A=1...]):
# the tests of a program that match, in one process, or in n that share them: NAME.1 ... NAME.n.
function(nonneg_add_tests name program)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "FILTER;SHARDS;TIMEOUT" "LABELS;ENVIRONMENT")
  set(command ${program})
  if(arg_FILTER)
    list(APPEND command --gtest_filter=${arg_FILTER})
  endif()
  if(NOT arg_SHARDS)
    set(arg_SHARDS 1)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 600)
  endif()
  foreach(shard RANGE 1 ${arg_SHARDS})
    set(test ${name})
    set(environment NONNEG_TEST_DATA=${PROJECT_SOURCE_DIR}/tests/data ${arg_ENVIRONMENT})
    if(arg_SHARDS GREATER 1)
      set(test ${name}.${shard})
      math(EXPR index "${shard} - 1")
      list(APPEND environment GTEST_TOTAL_SHARDS=${arg_SHARDS} GTEST_SHARD_INDEX=${index})
    endif()
    add_test(NAME ${test} COMMAND ${command})
    set_tests_properties(${test} PROPERTIES
      LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} ENVIRONMENT "${environment}")
  endforeach()
endfunction()

# nonneg_add_device_test(NAME PROGRAM FILTER): the tests of a program that match, in one process:
# reading the kernels takes an emulated device longer than most tests.
function(nonneg_add_device_test name program filter)
  if(NOT TARGET nonneg_emulated_device)
    return()
  endif()
  add_dependencies(${program} nonneg_cuda nonneg_emulated_device)
  nonneg_add_tests(emulated.${name} ${program} FILTER ${filter} LABELS emulated_device TIMEOUT 1800
    ENVIRONMENT LD_PRELOAD=$<TARGET_FILE:nonneg_emulated_device>
                NVTX_INJECTION64_PATH=$<TARGET_FILE:nonneg_emulated_device>
                NONNEG_TEST_REQUIRE_GPU=1)
  nonneg_add_tests(gpu.${name} ${program} FILTER ${filter} LABELS gpu)
  set_property(GLOBAL APPEND_STRING PROPERTY NONNEG_GPU_TESTS "${name} ${program} ${filter}\n")
  set_tests_properties(gpu.${name} PROPERTIES RESOURCE_LOCK gpu SKIP_RETURN_CODE 77)
endfunction()

# nonneg_add_emulated_test(NAME PROGRAM FILTER SETTING...): tests of a program that also run under other
# settings of the emulated device, such as NONNEG_EMU_SMS=1. On a GPU they would be the same tests.
function(nonneg_add_emulated_test name program filter)
  if(NOT TARGET nonneg_emulated_device)
    return()
  endif()
  nonneg_add_tests(emulated.${name} ${program} FILTER ${filter} LABELS emulated_device TIMEOUT 1800
    ENVIRONMENT LD_PRELOAD=$<TARGET_FILE:nonneg_emulated_device> NONNEG_TEST_REQUIRE_GPU=1 ${ARGN})
endfunction()
