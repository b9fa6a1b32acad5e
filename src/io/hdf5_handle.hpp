// SPDX-License-Identifier: Apache-2.0
/// libhdf5's identifiers and words. Only files that are compiled where there is a libhdf5 include
/// this.
#pragma once

#include <hdf5.h>

#include <string>
#include <utility>

namespace nonneg::io {

/// While it lives, libhdf5 prints nothing.
class Hdf5Session {
 public:
  Hdf5Session();
  ~Hdf5Session();
  Hdf5Session(const Hdf5Session&) = delete;
  Hdf5Session& operator=(const Hdf5Session&) = delete;

 private:
  H5E_auto2_t print_ = nullptr;
  void* print_data_ = nullptr;
};

/// An identifier of libhdf5's, closed at the end; negative where nothing was opened.
class Hdf5Handle {
 public:
  using Close = herr_t (*)(hid_t);

  Hdf5Handle(hid_t id, Close close) noexcept : id_(id), close_(close) {}
  Hdf5Handle(Hdf5Handle&& other) noexcept
      : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  Hdf5Handle(const Hdf5Handle&) = delete;
  Hdf5Handle& operator=(const Hdf5Handle&) = delete;
  ~Hdf5Handle() {
    if (id_ >= 0) close_(id_);
  }

  hid_t id() const noexcept { return id_; }
  explicit operator bool() const noexcept { return id_ >= 0; }

 private:
  hid_t id_;
  Close close_;
};

/// Returns what libhdf5 says of the latest failure, and forgets it: the words of the function that
/// met it first. Any other call, that of a Hdf5Handle's end among them, forgets it too.
std::string hdf5_words();

}  // namespace nonneg::io
