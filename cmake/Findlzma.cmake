# SPDX-License-Identifier: Apache-2.0
# liblzma by its header and library alone: lzma_FOUND and the target lzma::lzma.
include(FindPackageHandleStandardArgs)
find_path(LZMA_INCLUDE_DIR lzma.h)
find_library(LZMA_LIBRARY lzma)
mark_as_advanced(LZMA_INCLUDE_DIR LZMA_LIBRARY)
find_package_handle_standard_args(lzma REQUIRED_VARS LZMA_LIBRARY LZMA_INCLUDE_DIR)

if(lzma_FOUND AND NOT TARGET lzma::lzma)
  add_library(lzma::lzma UNKNOWN IMPORTED)
  set_target_properties(lzma::lzma PROPERTIES
    IMPORTED_LOCATION ${LZMA_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${LZMA_INCLUDE_DIR})
endif()
