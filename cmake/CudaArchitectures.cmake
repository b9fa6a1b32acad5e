# SPDX-License-Identifier: Apache-2.0
# What the kernels are compiled to. Sets NONNEG_CUDA_LIST, as CUDA_ARCHITECTURES takes it, and of it
# NONNEG_CUDA_MACHINE_CODE and NONNEG_CUDA_PTX: architectures with a blank between two, such as "80 90a".
#
# Every list but one that was asked for has PTX of 7.5: the emulated device runs it, and a driver compiles it
# for any GPU that the machine code is not for, which takes seconds at the first use.

# The architectures of this machine's GPUs that NVCC has machine code for, such as 80-real;90-real.
function(nonneg_native_architectures nvcc result)
  set(found)
  find_program(NONNEG_NVIDIA_SMI nvidia-smi)
  mark_as_advanced(NONNEG_NVIDIA_SMI)
  if(NONNEG_NVIDIA_SMI)
    execute_process(COMMAND ${NONNEG_NVIDIA_SMI} --query-gpu=compute_cap --format=csv,noheader
      TIMEOUT 20 RESULT_VARIABLE status OUTPUT_VARIABLE capabilities ERROR_QUIET)
    execute_process(COMMAND ${nvcc} --list-gpu-code OUTPUT_VARIABLE known ERROR_QUIET)
    if(status EQUAL 0)
      string(REGEX MATCHALL "[0-9]+\\.[0-9]" capabilities "${capabilities}")
      foreach(capability ${capabilities})
        string(REPLACE "." "" architecture ${capability})
        if(architecture GREATER_EQUAL 75 AND known MATCHES "sm_${architecture}(\n|$)")
          list(APPEND found ${architecture}-real)
        endif()
      endforeach()
      list(REMOVE_DUPLICATES found)
    endif()
  endif()
  set(${result} "${found}" PARENT_SCOPE)
endfunction()

set(NONNEG_CUDA_LIST ${NONNEG_CUDA_ARCHITECTURES})
if(NONNEG_CUDA_LIST STREQUAL "AUTO")
  nonneg_native_architectures(${CMAKE_CUDA_COMPILER} nonneg_native)
  if(NOT nonneg_native)
    set(nonneg_native 90-real)
  endif()
  set(NONNEG_CUDA_LIST 75-virtual ${nonneg_native})
elseif(NONNEG_CUDA_LIST STREQUAL "release")
  # Every architecture in use that this toolkit knows, with PTX of the newest for those to come.
  set(NONNEG_CUDA_LIST 75 80-real 86-real 89-real)
  if(CUDAToolkit_VERSION VERSION_LESS 12.8)
    list(APPEND NONNEG_CUDA_LIST 90)
  else()
    list(APPEND NONNEG_CUDA_LIST 90-real 100-real 120)
  endif()
endif()

set(NONNEG_CUDA_MACHINE_CODE)
set(NONNEG_CUDA_PTX)
foreach(entry ${NONNEG_CUDA_LIST})
  if(NOT entry MATCHES "^(7[5-9]|[89][0-9]|1[0-9][0-9])[af]?(-real|-virtual)?$")
    message(FATAL_ERROR "NONNEG_CUDA_ARCHITECTURES has ${entry}: an entry is an architecture from 75 on, such "
                        "as 90, 90-real (machine code alone) or 90-virtual (PTX alone); or the list is AUTO or release")
  endif()
  string(REGEX REPLACE "-.*" "" architecture ${entry})
  if(NOT entry MATCHES "-virtual$")
    list(APPEND NONNEG_CUDA_MACHINE_CODE ${architecture})
  endif()
  if(NOT entry MATCHES "-real$")
    list(APPEND NONNEG_CUDA_PTX ${architecture})
  endif()
endforeach()
list(JOIN NONNEG_CUDA_MACHINE_CODE " " NONNEG_CUDA_MACHINE_CODE)
list(JOIN NONNEG_CUDA_PTX " " NONNEG_CUDA_PTX)
