# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts under a prefix: the library, its headers, its CMake package and
# pkg-config file, the command with its shell completion, the program that reads HDF5 files, the guide
# with the examples, and the licence. What was not built beside the library is left out.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(nonneg_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/nonneg)

install(TARGETS nonneg
  EXPORT nonneg-targets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT development
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/nonneg
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT development
  FILES_MATCHING PATTERN "*.hpp")

# The CUDA backend looks for libnonneg beside itself, and for the CUDA libraries in the toolkit that
# it was built with before the system's folders. Packages that depend on those libraries leave the
# toolkit's folder out: -D CMAKE_INSTALL_RPATH_USE_LINK_PATH=OFF.
if(TARGET nonneg_cuda)
  if(NOT DEFINED CMAKE_INSTALL_RPATH_USE_LINK_PATH)
    set_target_properties(nonneg_cuda PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  endif()
  install(TARGETS nonneg_cuda
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT cuda OPTIONAL)
endif()

# find_package(nonneg): while the version is 0.x, only the same minor version is compatible.
install(EXPORT nonneg-targets
  NAMESPACE nonneg::
  DESTINATION ${nonneg_cmake_dir}
  COMPONENT development)
set(NONNEG_FOUND_LIBRARIES)
foreach(library dnnl libzip zstd lzma)
  if(${library}_FOUND)
    string(APPEND NONNEG_FOUND_LIBRARIES " ${library}")
  endif()
endforeach()
string(STRIP "${NONNEG_FOUND_LIBRARIES}" NONNEG_FOUND_LIBRARIES)
configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/nonneg-config.cmake.in ${PROJECT_BINARY_DIR}/nonneg-config.cmake
  INSTALL_DESTINATION ${nonneg_cmake_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/nonneg-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/nonneg-config.cmake
              ${PROJECT_BINARY_DIR}/nonneg-config-version.cmake
  DESTINATION ${nonneg_cmake_dir}
  COMPONENT development)

if(NOT BUILD_SHARED_LIBS)
  install(FILES ${CMAKE_CURRENT_LIST_DIR}/Finddnnl.cmake
                ${CMAKE_CURRENT_LIST_DIR}/Findlibzip.cmake
                ${CMAKE_CURRENT_LIST_DIR}/Findlzma.cmake
                ${CMAKE_CURRENT_LIST_DIR}/Findzstd.cmake
    DESTINATION ${nonneg_cmake_dir}
    COMPONENT development)
endif()

# pkg-config: the prefix is found from where the file lies, so that the tree can be moved.
file(RELATIVE_PATH NONNEG_PC_TO_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" NONNEG_PC_TO_PREFIX ${NONNEG_PC_TO_PREFIX})
set(NONNEG_PC_LIBS_PRIVATE "${OpenMP_CXX_FLAGS} -pthread")
set(NONNEG_PC_REQUIRES_PRIVATE "fmt zlib")
if(dnnl_FOUND)
  string(APPEND NONNEG_PC_LIBS_PRIVATE " -ldnnl")
endif()
if(libzip_FOUND)
  string(APPEND NONNEG_PC_LIBS_PRIVATE " -lzip")
endif()
if(zstd_FOUND)
  string(APPEND NONNEG_PC_LIBS_PRIVATE " -lzstd")
endif()
if(lzma_FOUND)
  string(APPEND NONNEG_PC_LIBS_PRIVATE " -llzma")
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/nonneg.pc.in ${PROJECT_BINARY_DIR}/nonneg.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/nonneg.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  COMPONENT development)

if(TARGET nonneg_command)
  # The command finds the library beside it, wherever the tree is moved to.
  file(RELATIVE_PATH nonneg_bin_to_lib
       /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
  if(NOT NONNEG_RELOCATABLE)
    set_target_properties(nonneg_command PROPERTIES INSTALL_RPATH "$ORIGIN/${nonneg_bin_to_lib}")
  endif()
  install(TARGETS nonneg_command
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT runtime OPTIONAL)
endif()

# The library looks for it below the prefix, wherever the tree is moved to (src/io/hdf5_run.cpp).
if(TARGET nonneg_hdf5)
  install(TARGETS nonneg_hdf5
    RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/nonneg COMPONENT runtime OPTIONAL)
endif()

# The command writes its own completion scripts.
if(TARGET nonneg_command AND NOT CMAKE_CROSSCOMPILING)
  set(nonneg_completions)
  foreach(shell bash zsh fish)
    set(script ${PROJECT_BINARY_DIR}/completions/nonneg.${shell})
    add_custom_command(OUTPUT ${script}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/completions
      COMMAND nonneg_command completion ${shell} > ${script}
      DEPENDS nonneg_command
      COMMENT "Writing the completion script for ${shell}"
      VERBATIM)
    list(APPEND nonneg_completions ${script})
  endforeach()
  add_custom_target(nonneg_completions ALL DEPENDS ${nonneg_completions})
  install(FILES ${PROJECT_BINARY_DIR}/completions/nonneg.bash
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME nonneg
    COMPONENT runtime OPTIONAL)
  install(FILES ${PROJECT_BINARY_DIR}/completions/nonneg.zsh
    DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions RENAME _nonneg
    COMPONENT runtime OPTIONAL)
  install(FILES ${PROJECT_BINARY_DIR}/completions/nonneg.fish
    DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d
    COMPONENT runtime OPTIONAL)
endif()

# Manual pages, of the same tables as the help pages.
if(TARGET nonneg_man_pages AND NOT CMAKE_CROSSCOMPILING)
  set(nonneg_man_folder ${PROJECT_BINARY_DIR}/man)
  add_custom_command(OUTPUT ${nonneg_man_folder}/nonneg.1
    COMMAND ${CMAKE_COMMAND} -E make_directory ${nonneg_man_folder}
    COMMAND nonneg_man_pages ${nonneg_man_folder}
    DEPENDS nonneg_man_pages
    COMMENT "Writing the manual pages"
    VERBATIM)
  add_custom_target(nonneg_manual ALL DEPENDS ${nonneg_man_folder}/nonneg.1)
  install(DIRECTORY ${nonneg_man_folder}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1
    COMPONENT runtime OPTIONAL FILES_MATCHING PATTERN "*.1")
endif()

install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT development)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs ${PROJECT_SOURCE_DIR}/examples
  DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT development)
