# Looks for a CUDA toolkit. Sets NONNEG_HAS_CUDA, and NONNEG_CUDA_STATUS in words.
set(NONNEG_HAS_CUDA OFF)
set(NONNEG_CUDA_STATUS "without CUDA")
set(NONNEG_CUDA_ARCHITECTURES 75-virtual CACHE STRING
    "GPU architectures, as CMAKE_CUDA_ARCHITECTURES has them, or `release` for all of them")
if(NONNEG_CUDA STREQUAL "OFF")
  return()
endif()

# The backend is a shared library beside libnonneg, and shares its types with it.
if(NOT BUILD_SHARED_LIBS)
  if(NONNEG_CUDA STREQUAL "ON")
    message(FATAL_ERROR "NONNEG_CUDA is ON, which needs BUILD_SHARED_LIBS=ON")
  endif()
  set(NONNEG_CUDA_STATUS "without CUDA (a static library)")
  return()
endif()

find_package(CUDAToolkit 12.0 QUIET)
if(CUDAToolkit_FOUND AND NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
  set(CMAKE_CUDA_COMPILER ${CUDAToolkit_NVCC_EXECUTABLE})
endif()
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 75)  # for CMake's own tries; targets take the list above
endif()
include(CheckLanguage)
check_language(CUDA)
if(NOT CUDAToolkit_FOUND OR NOT CMAKE_CUDA_COMPILER)
  if(NONNEG_CUDA STREQUAL "ON")
    message(FATAL_ERROR "NONNEG_CUDA is ON, but no CUDA toolkit (12.0 or newer) was found; install "
                        "one, put its nvcc on the path, or set NONNEG_CUDA to AUTO or OFF")
  endif()
  set(NONNEG_CUDA_STATUS "without CUDA (no toolkit found)")
  return()
endif()
enable_language(CUDA)
if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)  # CMake before 3.26
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
  set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
endif()

# Every architecture in use, with PTX of the newest for those to come.
set(NONNEG_CUDA_LIST ${NONNEG_CUDA_ARCHITECTURES})
if(NONNEG_CUDA_LIST STREQUAL "release")
  set(NONNEG_CUDA_LIST 75-real 80-real 86-real 89-real 90-real 100-real 120)
endif()
set(NONNEG_HAS_CUDA ON)
set(NONNEG_CUDA_STATUS "CUDA ${CUDAToolkit_VERSION} for ${NONNEG_CUDA_LIST}")
