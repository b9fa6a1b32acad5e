// SPDX-License-Identifier: Apache-2.0
// Without arguments: never touches CUDA, ends with status 7. With one: loads that library and calls
// its answer().
#include <dlfcn.h>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc < 2) {
    std::puts("no CUDA here");
    return 7;
  }
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    std::puts(dlerror());
    return 2;
  }
  const auto answer = reinterpret_cast<int (*)()>(dlsym(library, "answer"));
  const int value = answer();
  std::printf("plugin says %d\n", value);
  return value == 42 ? 0 : 1;
}
