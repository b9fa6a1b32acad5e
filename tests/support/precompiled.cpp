// SPDX-License-Identifier: Apache-2.0
// The owner of the precompiled header of all test programs (tests/TestPrograms.cmake).
int main() {}
