# SPDX-License-Identifier: Apache-2.0
# Looks for a CUDA toolkit that works. Sets NONNEG_HAS_CUDA, and NONNEG_CUDA_STATUS in words.
set(NONNEG_HAS_CUDA OFF)
set(NONNEG_CUDA_ARCHITECTURES AUTO CACHE STRING
    "GPU architectures, as CMAKE_CUDA_ARCHITECTURES has them; AUTO for this machine's, release for all of them")
if(NOT NONNEG_CUDA MATCHES "^(AUTO|ON|OFF)$")
  message(FATAL_ERROR "NONNEG_CUDA is ${NONNEG_CUDA}; it must be AUTO, ON or OFF")
endif()
if(NONNEG_CUDA STREQUAL "OFF")
  set(NONNEG_CUDA_STATUS "without CUDA (NONNEG_CUDA is OFF)")
  return()
endif()

# Why there is no CUDA: an error where it was asked for, else a word in the status line. DETAILS are
# for the error alone.
function(nonneg_no_cuda reason details)
  if(NONNEG_CUDA STREQUAL "ON")
    message(FATAL_ERROR "NONNEG_CUDA is ON, but ${reason}. ${details}")
  endif()
  set(NONNEG_CUDA_STATUS "without CUDA (${reason})" PARENT_SCOPE)
endfunction()

# The backend is a shared library beside libnonneg, and shares its types with it.
if(NOT BUILD_SHARED_LIBS)
  nonneg_no_cuda("libnonneg is static" "Set BUILD_SHARED_LIBS=ON, or NONNEG_CUDA to AUTO or OFF")
  return()
endif()

if(NONNEG_SANITIZE)
  nonneg_no_cuda("the sanitizers do not go with it" "Set NONNEG_SANITIZE or NONNEG_CUDA to OFF")
  return()
endif()

find_package(CUDAToolkit 12.0 QUIET)
if(NOT CUDAToolkit_FOUND OR NOT TARGET CUDA::cublas)
  nonneg_no_cuda("no CUDA toolkit of version 12.0 or newer, with cuBLAS, was found"
                 "Install one, put its nvcc on the path, or set NONNEG_CUDA to AUTO or OFF")
  return()
endif()

# The compiler, tried before CMake takes it: CMake stops where one does not work.
if(CMAKE_CUDA_COMPILER)
  set(nonneg_nvcc ${CMAKE_CUDA_COMPILER})
elseif(DEFINED ENV{CUDACXX})
  set(nonneg_nvcc $ENV{CUDACXX})
else()
  set(nonneg_nvcc ${CUDAToolkit_NVCC_EXECUTABLE})
endif()
if(NOT nonneg_nvcc)
  nonneg_no_cuda("the CUDA toolkit has no nvcc"
                 "Install its compiler, or set NONNEG_CUDA to AUTO or OFF")
  return()
endif()
set(nonneg_nvcc_host ${CMAKE_CUDA_HOST_COMPILER})
if(NOT nonneg_nvcc_host AND DEFINED ENV{CUDAHOSTCXX})
  set(nonneg_nvcc_host $ENV{CUDAHOSTCXX})
endif()
set(nonneg_nvcc_trial "${nonneg_nvcc};${CUDAToolkit_VERSION};${nonneg_nvcc_host}")
if(NOT NONNEG_NVCC_THAT_WORKS STREQUAL nonneg_nvcc_trial)
  set(nonneg_nvcc_command ${nonneg_nvcc} -std=c++20 -c
      ${PROJECT_SOURCE_DIR}/cmake/cuda_trial.cu -o ${PROJECT_BINARY_DIR}/CMakeFiles/cuda_trial.o)
  if(nonneg_nvcc_host)
    list(APPEND nonneg_nvcc_command -ccbin ${nonneg_nvcc_host})
  endif()
  execute_process(COMMAND ${nonneg_nvcc_command}
    RESULT_VARIABLE nonneg_nvcc_result OUTPUT_VARIABLE nonneg_nvcc_output
    ERROR_VARIABLE nonneg_nvcc_output)
  if(NOT nonneg_nvcc_result EQUAL 0)
    nonneg_no_cuda("${nonneg_nvcc} cannot compile C++20"
      "It ended with ${nonneg_nvcc_result}:\n${nonneg_nvcc_output}\nSet CMAKE_CUDA_HOST_COMPILER to \
a compiler that it supports, install another toolkit, or set NONNEG_CUDA to AUTO or OFF")
    return()
  endif()
  set(NONNEG_NVCC_THAT_WORKS "${nonneg_nvcc_trial}" CACHE INTERNAL "")
endif()

set(CMAKE_CUDA_COMPILER ${nonneg_nvcc})
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 75)  # for CMake's own tries; targets take the list below
endif()
enable_language(CUDA)
if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)  # CMake before 3.26
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
  set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
endif()

include(CudaArchitectures)
set(NONNEG_HAS_CUDA ON)
string(REPLACE ";" " " nonneg_cuda_words "${NONNEG_CUDA_LIST}")
set(NONNEG_CUDA_STATUS "CUDA ${CUDAToolkit_VERSION} for ${nonneg_cuda_words}")
