# SPDX-License-Identifier: Apache-2.0
# Options that every target of nonneg is compiled with, as one interface target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# GCC hides the type_info of templates instantiated in the library without this.
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)

# What bench/gpu/make_kit.sh lays into one folder. RPATH, not RUNPATH: it is also where a library finds its own.
if(NONNEG_RELOCATABLE)
  set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)
  set(CMAKE_INSTALL_RPATH "$ORIGIN")
  set(CMAKE_INSTALL_RPATH_USE_LINK_PATH OFF)
  add_link_options(LINKER:--disable-new-dtags)
  set(nonneg_prefix_map -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:${nonneg_prefix_map}>"
                      "$<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=${nonneg_prefix_map}>")
endif()

add_library(nonneg_compile_options INTERFACE)
target_compile_options(nonneg_compile_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow
                                                        -Wnon-virtual-dtor)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 warns of overlapping copies inside std::string's own operator+ (GCC bug 105651).
  target_compile_options(nonneg_compile_options INTERFACE -Wno-restrict)
endif()
if(NONNEG_WARNINGS_AS_ERRORS)
  target_compile_options(nonneg_compile_options INTERFACE -Werror)
endif()
if(NONNEG_NATIVE)
  include(CheckCXXCompilerFlag)
  check_cxx_compiler_flag(-march=native NONNEG_HAS_MARCH_NATIVE)
  if(NONNEG_HAS_MARCH_NATIVE)
    target_compile_options(nonneg_compile_options INTERFACE -march=native)
  endif()
endif()
if(NONNEG_SANITIZE STREQUAL "THREAD")
  target_compile_options(nonneg_compile_options INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
  target_link_options(nonneg_compile_options INTERFACE -fsanitize=thread)
elseif(NONNEG_SANITIZE)
  target_compile_options(nonneg_compile_options
                         INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all
                                   -fno-omit-frame-pointer)
  target_link_options(nonneg_compile_options INTERFACE -fsanitize=address,undefined)
endif()
