// All of the cloud's state in memory: a table a resource. A table remembers what changed since the
// last commit or rollback, so that a request is all or nothing and the store writes only what it
// must.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cloud/model/records.h"

namespace cloud::model {

template <typename Record>
class Table {
 public:
  const Record* find(std::string_view id) const {
    const auto found = rows_.find(id);
    return found == rows_.end() ? nullptr : &found->second;
  }
  bool contains(std::string_view id) const { return find(id) != nullptr; }
  std::size_t size() const { return rows_.size(); }

  void put(Record record) {  // inserts, or replaces the one with this id
    remember(record.id);
    std::string id = record.id;
    rows_.insert_or_assign(std::move(id), std::move(record));
  }
  void erase(std::string_view id) {
    const auto found = rows_.find(id);
    if (found == rows_.end()) return;
    remember(found->first);
    rows_.erase(found);
  }

  // What is loaded from the store is no change.
  void load(Record record) {
    std::string id = record.id;
    rows_.insert_or_assign(std::move(id), std::move(record));
  }

  // Id to what was there before; nothing for what is new.
  const std::map<std::string, std::optional<Record>>& changes() const { return before_; }
  void commit() { before_.clear(); }
  void rollback() {
    for (auto& [id, record] : before_) {
      if (record)
        rows_.insert_or_assign(id, std::move(*record));
      else
        rows_.erase(id);
    }
    before_.clear();
  }

  // Rows by id, each as a pair (id, record).
  auto begin() const { return rows_.begin(); }
  auto end() const { return rows_.end(); }

 private:
  void remember(const std::string& id) {
    if (before_.contains(id)) return;
    const Record* record = find(id);
    before_.emplace(id, record == nullptr ? std::nullopt : std::optional<Record>(*record));
  }

  std::map<std::string, Record, std::less<>> rows_;
  std::map<std::string, std::optional<Record>> before_;
};

struct State {
  Table<Project> projects;
  Table<User> users;
  Table<ApplicationCredential> application_credentials;
  Table<Token> tokens;
  Table<Network> networks;
  Table<Subnet> subnets;
  Table<Port> ports;
  Table<SecurityGroup> security_groups;
  Table<SecurityGroupRule> security_group_rules;
  Table<Flavor> flavors;
  Table<Keypair> keypairs;
  Table<Server> servers;
  Table<ServerGroup> server_groups;
  Table<Image> images;
  Table<Volume> volumes;
  Table<VolumeType> volume_types;
  Table<VolumeSnapshot> volume_snapshots;

  // Calls visit(name, table) for each; the names are the store's and never change.
  template <typename Visit>
  void each_table(Visit visit) {
    visit("projects", projects);
    visit("users", users);
    visit("application_credentials", application_credentials);
    visit("tokens", tokens);
    visit("networks", networks);
    visit("subnets", subnets);
    visit("ports", ports);
    visit("security_groups", security_groups);
    visit("security_group_rules", security_group_rules);
    visit("flavors", flavors);
    visit("keypairs", keypairs);
    visit("servers", servers);
    visit("server_groups", server_groups);
    visit("images", images);
    visit("volumes", volumes);
    visit("volume_types", volume_types);
    visit("volume_snapshots", volume_snapshots);
  }

  void commit() {
    each_table([](const char*, auto& table) { table.commit(); });
  }
  void rollback() {
    each_table([](const char*, auto& table) { table.rollback(); });
  }
};

}  // namespace cloud::model
