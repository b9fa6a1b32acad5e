# SPDX-License-Identifier: Apache-2.0
# oneDNN by its header and library alone: dnnl_FOUND, dnnl_VERSION and the target DNNL::dnnl.
#
# The package that oneDNN itself installs also wants whatever its GPU runtime was built with, and
# stops the configuration where that is missing (Debian's: the OpenCL headers). nonneg calls only
# the CPU's products, through the shared library.
find_path(DNNL_INCLUDE_DIR oneapi/dnnl/dnnl.hpp)
find_library(DNNL_LIBRARY dnnl)
mark_as_advanced(DNNL_INCLUDE_DIR DNNL_LIBRARY)

set(dnnl_VERSION)
if(DNNL_INCLUDE_DIR AND EXISTS ${DNNL_INCLUDE_DIR}/oneapi/dnnl/dnnl_version.h)
  file(STRINGS ${DNNL_INCLUDE_DIR}/oneapi/dnnl/dnnl_version.h dnnl_version_lines
       REGEX "#define DNNL_VERSION_(MAJOR|MINOR|PATCH) +[0-9]+")
  foreach(part MAJOR MINOR PATCH)
    string(REGEX MATCH "DNNL_VERSION_${part} +([0-9]+)" ignored "${dnnl_version_lines}")
    list(APPEND dnnl_VERSION ${CMAKE_MATCH_1})
  endforeach()
  string(REPLACE ";" "." dnnl_VERSION "${dnnl_VERSION}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(dnnl
  REQUIRED_VARS DNNL_LIBRARY DNNL_INCLUDE_DIR
  VERSION_VAR dnnl_VERSION)

if(dnnl_FOUND AND NOT TARGET DNNL::dnnl)
  add_library(DNNL::dnnl UNKNOWN IMPORTED)
  set_target_properties(DNNL::dnnl PROPERTIES
    IMPORTED_LOCATION ${DNNL_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${DNNL_INCLUDE_DIR})
endif()
