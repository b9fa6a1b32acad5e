# Tests that need a CUDA device, each registered twice:
#
#   emulated.NAME   on the emulated device, anywhere; label emulated_device
#   gpu.NAME        on a GPU; skipped where there is none, or failed with NONNEG_TEST_REQUIRE_GPU=1
#                   in the environment; label gpu
#
# Their programs link nonneg_device_main instead of GTest::gtest_main.
add_library(nonneg_device_main STATIC ${CMAKE_CURRENT_LIST_DIR}/support/device_main.cpp)
target_link_libraries(nonneg_device_main PUBLIC GTest::gtest PRIVATE nonneg_compile_options)

# What tests of the CPU are run with: backend auto finds no GPU.
set(NONNEG_NO_GPU CUDA_VISIBLE_DEVICES=-1)

# nonneg_add_device_test(NAME PROGRAM FILTER): the tests of a program that match, in one process:
# reading the kernels takes an emulated device longer than most tests.
function(nonneg_add_device_test name program filter)
  if(NOT TARGET nonneg_emulated_device)
    return()
  endif()
  add_dependencies(${program} nonneg_cuda nonneg_emulated_device)
  add_test(NAME emulated.${name} COMMAND ${program} --gtest_filter=${filter})
  set_tests_properties(emulated.${name} PROPERTIES
    LABELS emulated_device
    TIMEOUT 1800
    ENVIRONMENT "LD_PRELOAD=$<TARGET_FILE:nonneg_emulated_device>;NONNEG_TEST_REQUIRE_GPU=1")
  add_test(NAME gpu.${name} COMMAND ${program} --gtest_filter=${filter})
  set_tests_properties(gpu.${name} PROPERTIES
    LABELS gpu
    TIMEOUT 600
    RESOURCE_LOCK gpu
    SKIP_RETURN_CODE 77)
endfunction()
