// The cloud's state on disk: one SQLite file, a table a resource, a JSON document a row. What
// save() has written is there after a kill -9 of the process.
//
//   auto store = store::Store::open(directory + "/cloud.db");
//   store->load(state);
//   … change the state …
//   if (store->save(state)) state.commit(); else state.rollback();
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "cloud/model/state.h"

namespace cloud::store {

class Store {
 public:
  // Creates the file when it is missing (0600). ":memory:" keeps nothing.
  static base::Result<Store> open(const std::string& path);
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  // Adds what is stored to the state, as no change.
  base::Result<> load(model::State& state);
  // Writes the state's changes in one transaction: all of them or none.
  base::Result<> save(const model::State& state);

  // Single texts: keys and passwords made at the first start. Empty when never set.
  base::Result<std::string> setting(std::string_view name);
  base::Result<> set_setting(std::string_view name, std::string_view value);

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace cloud::store
