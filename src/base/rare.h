// A value that is mostly its default: as small as a pointer then, though T is large. Copies as T
// does.
#pragma once

#include <memory>
#include <utility>

namespace base {

template <typename T>
class Rare {
 public:
  Rare() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): stands for a T wherever one is wanted
  Rare(T value) : value_(value == T{} ? nullptr : std::make_unique<T>(std::move(value))) {}
  Rare(const Rare& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
  Rare(Rare&&) noexcept = default;
  Rare& operator=(Rare other) noexcept {
    value_ = std::move(other.value_);
    return *this;
  }
  ~Rare() = default;

  const T& get() const {
    static const T usual{};
    return value_ ? *value_ : usual;
  }
  const T* operator->() const { return &get(); }
  // For a change; from the first one on there is a T of its own.
  T& edit() {
    if (!value_) value_ = std::make_unique<T>();
    return *value_;
  }
  // NOLINTNEXTLINE(google-explicit-constructor): as above
  operator const T&() const { return get(); }
  friend bool operator==(const Rare& a, const Rare& b) { return a.get() == b.get(); }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace base
