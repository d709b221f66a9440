#include "cloud/store/store.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "cloud/model/record_json.h"
#include "json/value.h"

namespace cloud::store {

namespace {

constexpr int kSchemaVersion = 1;

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, Close>;
using Statement = std::unique_ptr<sqlite3_stmt, Close>;

base::Error error_of(sqlite3* database, std::string_view doing) {
  return {.kind = base::Kind::Io,
          .what = fmt::format("{}: {}", doing,
                              database == nullptr ? "out of memory" : sqlite3_errmsg(database)),
          .hint = "is the disk full, or the state directory not writable?"};
}

}  // namespace

struct Store::Impl {
  Database database;
  std::string path;

  base::Result<> run(const std::string& sql) {
    if (sqlite3_exec(database.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK)
      return {};
    return std::unexpected(error_of(database.get(), "cannot change " + path));
  }

  base::Result<Statement> prepare(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database.get(), sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
      return std::unexpected(error_of(database.get(), "cannot use " + path));
    return Statement(statement);
  }

  // Runs a statement without rows.
  base::Result<> step(const std::string& sql, std::string_view first,
                      std::string_view second = {}) {
    auto statement = prepare(sql);
    if (!statement) return std::unexpected(statement.error());
    bind(**statement, 1, first);
    if (sqlite3_bind_parameter_count(statement->get()) > 1) bind(**statement, 2, second);
    if (sqlite3_step(statement->get()) == SQLITE_DONE) return {};
    return std::unexpected(error_of(database.get(), "cannot write to " + path));
  }

  static void bind(sqlite3_stmt& statement, int index, std::string_view text) {
    sqlite3_bind_text(&statement, index, text.data(), static_cast<int>(text.size()),
                      SQLITE_TRANSIENT);
  }
  static std::string column(sqlite3_stmt& statement, int index) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(&statement, index));
    return text == nullptr ? "" : text;
  }

  base::Result<> create_tables() {
    model::State names;
    std::string sql = "CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT);";
    names.each_table([&](const char* name, auto&) {
      sql +=
          fmt::format("CREATE TABLE IF NOT EXISTS {} (id TEXT PRIMARY KEY, document TEXT);", name);
    });
    return run(sql + fmt::format("PRAGMA user_version = {};", kSchemaVersion));
  }

  base::Result<> check_version() {
    auto statement = prepare("PRAGMA user_version");
    if (!statement) return std::unexpected(statement.error());
    sqlite3_step(statement->get());
    const int version = sqlite3_column_int(statement->get(), 0);
    if (version == 0 || version == kSchemaVersion) return {};
    return base::fail(base::Kind::Unsupported,
                      fmt::format("{} has version {} of the format, this program knows {}", path,
                                  version, kSchemaVersion),
                      "use the holdfast-cloud that made it, or another state directory");
  }

  template <typename Record>
  base::Result<> load(const char* name, model::Table<Record>& table) {
    auto statement = prepare(fmt::format("SELECT id, document FROM {}", name));
    if (!statement) return std::unexpected(statement.error());
    while (sqlite3_step(statement->get()) == SQLITE_ROW) {
      const std::string id = column(**statement, 0);
      const auto document = json::parse(column(**statement, 1));
      auto record = document ? model::from_json<Record>(*document)
                             : base::Result<Record>(std::unexpected(document.error()));
      if (!record)
        return base::in_context(fmt::format("{}: row {} of {}", path, id, name), record.error());
      table.load(*std::move(record));
    }
    return {};
  }

  template <typename Record>
  base::Result<> save(const char* name, const model::Table<Record>& table) {
    for (const auto& [id, before] : table.changes()) {
      const Record* record = table.find(id);
      auto written =
          record == nullptr
              ? step(fmt::format("DELETE FROM {} WHERE id = ?", name), id)
              : step(fmt::format("INSERT OR REPLACE INTO {} (id, document) VALUES (?, ?)", name),
                     id, json::dump(model::to_json(*record)));
      if (!written) return written;
    }
    return {};
  }
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

base::Result<Store> Store::open(const std::string& path) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  const mode_t before = ::umask(0077);
  sqlite3* database = nullptr;
  const int opened =
      sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  ::umask(before);
  impl->database.reset(database);
  if (opened != SQLITE_OK) return std::unexpected(error_of(database, "cannot open " + path));
  if (auto version = impl->check_version(); !version) return std::unexpected(version.error());
  // The write-ahead log without fsync survives the process, not a power failure of the machine:
  // enough for a cloud that lives in processes of that machine, and requests stay fast.
  for (const char* sql : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = OFF"})
    if (auto done = impl->run(sql); !done) return std::unexpected(done.error());
  if (auto created = impl->create_tables(); !created) return std::unexpected(created.error());
  return Store(std::move(impl));
}

base::Result<> Store::load(model::State& state) {
  base::Result<> result;
  state.each_table([&](const char* name, auto& table) {
    if (result) result = impl_->load(name, table);
  });
  return result;
}

base::Result<> Store::save(const model::State& state) {
  bool is_changed = false;
  // each_table() visits mutable tables; save() only reads.
  auto& tables = const_cast<model::State&>(state);
  tables.each_table(
      [&](const char*, const auto& table) { is_changed = is_changed || !table.changes().empty(); });
  if (!is_changed) return {};
  if (auto begun = impl_->run("BEGIN IMMEDIATE"); !begun) return begun;
  base::Result<> result;
  tables.each_table([&](const char* name, const auto& table) {
    if (result) result = impl_->save(name, table);
  });
  if (result) result = impl_->run("COMMIT");
  if (result) return result;
  // What failed first is what the caller has to know; SQLite undoes an open transaction anyway.
  if (const auto undone = impl_->run("ROLLBACK"); !undone)
    result.error().hint = base::to_string(undone.error());
  return result;
}

base::Result<std::string> Store::setting(std::string_view name) {
  auto statement = impl_->prepare("SELECT value FROM settings WHERE name = ?");
  if (!statement) return std::unexpected(statement.error());
  Impl::bind(**statement, 1, name);
  if (sqlite3_step(statement->get()) != SQLITE_ROW) return std::string();
  return Impl::column(**statement, 0);
}

base::Result<> Store::set_setting(std::string_view name, std::string_view value) {
  return impl_->step("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", name, value);
}

}  // namespace cloud::store
