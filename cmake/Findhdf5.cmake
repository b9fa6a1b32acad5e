# SPDX-License-Identifier: Apache-2.0
# libhdf5 by its header and library alone: hdf5_FOUND and the target hdf5::hdf5. CMake's own module
# asks HDF5's compiler wrapper, which wants the language C. Debian's serial library goes first: it
# is installed beside those for MPI.
find_path(HDF5_SERIAL_INCLUDE_DIR hdf5.h PATH_SUFFIXES hdf5/serial)
find_library(HDF5_SERIAL_LIBRARY NAMES hdf5_serial hdf5)
mark_as_advanced(HDF5_SERIAL_INCLUDE_DIR HDF5_SERIAL_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(hdf5
  REQUIRED_VARS HDF5_SERIAL_LIBRARY HDF5_SERIAL_INCLUDE_DIR)

if(hdf5_FOUND AND NOT TARGET hdf5::hdf5)
  add_library(hdf5::hdf5 UNKNOWN IMPORTED)
  set_target_properties(hdf5::hdf5 PROPERTIES
    IMPORTED_LOCATION ${HDF5_SERIAL_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${HDF5_SERIAL_INCLUDE_DIR})
endif()
