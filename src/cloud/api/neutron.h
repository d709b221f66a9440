// What Neutron's resources have in common: attributes with checked types, lists, tags, revisions.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/text.h"
#include "cloud/api/cloud.h"
#include "cloud/model/query.h"

namespace cloud::api {

// Reads the attributes of one resource in a request. The first mistake is kept; finish() says it,
// or that there was an attribute nobody read.
class Attributes {
 public:
  explicit Attributes(const json::Value& sent) : sent_(sent) {
    if (sent.as_object() == nullptr) note("the resource must be a dictionary");
  }

  bool has(std::string_view name) {
    read_.emplace(name);
    return sent_.as_object() != nullptr && sent_.as_object()->contains(name);
  }
  const json::Value& value(std::string_view name) {
    read_.emplace(name);
    return sent_[name];
  }
  void text(std::string_view name, std::string& into);
  void flag(std::string_view name, bool& into);
  void integer(std::string_view name, std::int64_t& into);
  void text_list(std::string_view name, model::Texts& into);
  // For an attribute of which only the value that means "no" is offered here.
  void must_be_absent(std::string_view name, std::string_view what);
  void ignore(std::string_view name) { read_.emplace(name); }
  void note(std::string message);  // a mistake, unless there was one before

  model::Allowed<> finish() const;

 private:
  const json::Value& sent_;
  std::set<std::string, std::less<>> read_;
  std::optional<model::Refusal> mistake_;
};

// tenant_id or project_id: an admin may create for others, anybody for himself.
model::Allowed<std::string> project_for(Call& call, Attributes& attributes);

// {"port": {…}} makes one, {"ports": [{…}]} many; the answer has the same form.
using Create = std::function<model::Allowed<json::Object>(Call&, const json::Value& sent)>;
Answer create(Call& call, std::string_view one, std::string_view many, const Create& make);

// A list's answer: filtered, sorted, with a link to the next page when there is one.
Answer list(Call& call, std::string_view many, json::Array rows, const json::Object& shape);
// One row, with only the fields that were asked for.
Answer show(Call& call, std::string_view one, const json::Object& view);

// If-Match: revision_number=N must be the resource's (extension revision-if-match).
model::Allowed<> check_revision(const Call& call, std::int64_t revision_number);

// The tags' routes of a collection; Table is the member of State, not_found its 404.
template <typename Record>
void touch(Record& record, model::Time now) {
  record.updated_at = now;
  ++record.revision_number;
}

template <typename Record>
void add_standard_attributes(json::Object& view, const Record& record) {
  view.set("tenant_id", record.project_id);
  view.set("project_id", record.project_id);
  view.set("created_at", iso_time(record.created_at));
  view.set("updated_at", iso_time(record.updated_at));
  view.set("revision_number", record.revision_number);
}

struct TagEdit {
  bool is_found = false;  // GET and DELETE of one tag: it was there
  bool is_changed = false;
};
// PUT/DELETE/GET of {id}/tags and {id}/tags/{tag}, on the tags of one record.
Answer edit_tags(Call& call, model::Texts& tags, bool& is_changed);

// ---- finding records; what the caller may not see is not found

std::unexpected<model::Refusal> neutron_not_found(std::string_view type, std::string_view what,
                                                  std::string_view id);
model::Allowed<model::Network> find_network(Call& call, std::string_view id);
model::Allowed<model::Subnet> find_subnet(Call& call, std::string_view id);
model::Allowed<model::Port> find_port(Call& call, std::string_view id);
model::Allowed<model::SecurityGroup> find_security_group(Call& call, std::string_view id);
bool may_use(const Call& call, const model::Network& network);  // own, or shared

// Makes a port for the attributes of a request, or for Nova.
model::Allowed<model::Port> make_port(Call& call, const json::Value& sent);
json::Object port_view(const Call& call, const model::Port& port);

}  // namespace cloud::api
