#include "keepalived/read.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "keepalived/drafts.h"

namespace keepalived {
namespace {

// Blocks that stand nowhere but outside all others.
bool is_outermost(std::string_view word) {
  return word == "vrrp_instance" || word == "vrrp_sync_group" || word == "vrrp_script" ||
         word == "virtual_server" || word == "virtual_server_group" ||
         word == "vrrp_track_process" || word == "vrrp_track_file" || word == "bfd_instance";
}

// Takes the outermost statements one at a time, so that a long file is never in memory as a tree.
class Reader {
 public:
  explicit Reader(Context& context) : context_(context) {}

  void take(const Statement& statement) {
    // A vector of one: the checks of read_block hold here too.
    std::vector<Statement> one;
    one.push_back(statement);
    read_block(context_, Block::File, one, [this](const Call& call) { dispatch(call); });
  }

  Config finish() {
    if (drafts_.instances.empty())
      context_.findings.fatal({.line = 0}, "no vrrp_instance is configured",
                              "add `vrrp_instance NAME { … }`");
    return resolve(context_, std::move(drafts_));
  }

 private:
  void dispatch(const Call& call) {
    const auto handler = handlers().find(call.keyword.name);
    if (handler != handlers().end())
      handler->second(*this, call);
    else
      read_global(call, drafts_.globals);
  }

  static const Handlers<Reader>& handlers();

  // A block with a name of its own among those of its kind.
  template <typename Draft, typename Read>
  void named(const Call& call, std::string_view kind, Read read, std::vector<Draft>& into) {
    if (!is_new_name(call, kind)) return;
    if (std::optional<Draft> made = read(context_, call.statement))
      into.push_back(std::move(*made));
  }

  template <typename Apply>
  void each_line(const Call& call, Apply apply) {
    for (const Statement& line : call.statement.block)
      if (line.keyword() != "{") apply(line);
  }

  // False, with a finding, for a block without a name or with one that is taken.
  bool is_new_name(const Call& call, std::string_view kind) {
    const std::vector<Word>& words = call.statement.words;
    if (words.size() < 2) {
      call.findings().error(
          call.statement.at(), fmt::format("`{}` has no name", call.keyword.name),
          fmt::format("write `{} NAME {{ … }}`; the block is skipped", call.keyword.name));
      return false;
    }
    if (words.size() > 2)
      call.findings().warning(
          words[2].at, fmt::format("`{}` is ignored: a {} has one name", words[2].text, kind),
          "a name with spaces stands in quotes");
    const auto [before, is_new] =
        names_.emplace(std::pair(std::string(kind), words[1].text), words[1].at);
    if (!is_new)
      call.findings()
          .error(
              words[1].at,
              fmt::format("there is a {} {} already; this block is skipped", kind, words[1].text),
              "give it another name")
          .also(before->second, "the other one is here");
    return is_new;
  }

  Context& context_;
  Drafts drafts_;
  RulePreferences preferences_;
  std::map<std::pair<std::string, std::string>, Origin> names_;
};

const Handlers<Reader>& Reader::handlers() {
  using R = Reader;
  static const Handlers<R> table = {
      {"global_defs",
       [](R& r, const Call& call) { read_globals(r.context_, call.statement, r.drafts_.globals); }},
      {"vrrp_instance",
       [](R& r, const Call& call) {
         if (r.is_new_name(call, "vrrp_instance"))
           r.drafts_.instances.push_back(read_instance(r.context_, call.statement, r.preferences_));
       }},
      {"vrrp_sync_group",
       [](R& r, const Call& call) {
         r.named(call, "vrrp_sync_group", read_group, r.drafts_.groups);
       }},
      {"vrrp_script",
       [](R& r, const Call& call) {
         r.named(call, "vrrp_script", read_script, r.drafts_.scripts);
       }},
      {"track_file",
       [](R& r, const Call& call) {
         r.named(call, "track_file", read_tracked_file, r.drafts_.files);
       }},
      {"vrrp_track_file",
       [](R& r, const Call& call) {
         r.named(call, "track_file", read_tracked_file, r.drafts_.files);
       }},
      {"vrrp_track_process",
       [](R& r, const Call& call) {
         r.named(call, "vrrp_track_process", read_tracked_process, r.drafts_.processes);
       }},
      {"track_process",
       [](R& r, const Call& call) {
         r.named(call, "vrrp_track_process", read_tracked_process, r.drafts_.processes);
       }},
      {"bfd_instance",
       [](R& r, const Call& call) { r.named(call, "bfd_instance", read_bfd, r.drafts_.bfd); }},
      {"track_group",
       [](R& r, const Call& call) {
         r.named(call, "track_group", read_track_group, r.drafts_.track_groups);
       }},
      {"garp_group",
       [](R& r, const Call& call) {
         if (auto group = read_announce_group(r.context_, call.statement))
           r.drafts_.announce_groups.push_back(std::move(*group));
       }},
      {"interface_up_down_delays",
       [](R& r, const Call& call) {
         read_delays(r.context_, call.statement, r.drafts_.interface_delays);
       }},
      {"linkbeat_interfaces",
       [](R& r, const Call& call) {
         read_polled(r.context_, call.statement, r.drafts_.polled_interfaces);
       }},
      {"static_ipaddress",
       [](R& r, const Call& call) {
         r.each_line(call, [&](const Statement& line) {
           if (auto address = read_address(r.context_, line, true))
             r.drafts_.static_addresses.push_back({std::move(*address), line.at()});
         });
       }},
      {"static_routes",
       [](R& r, const Call& call) {
         r.each_line(call, [&](const Statement& line) {
           if (auto route = read_route(r.context_, line, true))
             r.drafts_.static_routes.push_back({std::move(*route), line.at()});
         });
       }},
      {"static_rules",
       [](R& r, const Call& call) {
         r.each_line(call, [&](const Statement& line) {
           if (auto rule = read_rule(r.context_, line, true, r.preferences_))
             r.drafts_.static_rules.push_back({std::move(*rule), line.at()});
         });
       }},
  };
  return table;
}

}  // namespace

Reading read(const std::string& main_file, const Files& files, const Options& options) {
  Sources sources;
  Findings findings(sources);
  Numbers numbers(files);
  Context context{.sources = sources, .findings = findings, .numbers = numbers};
  Lines lines(sources, findings, files, options);
  Reading reading;
  if (lines.open(main_file)) {
    Statements statements(lines, sources, findings, is_outermost);
    Reader reader(context);
    while (const auto statement = statements.next()) reader.take(*statement);
    reading.config = reader.finish();
  }
  reading.verdict = findings.verdict();
  reading.diagnostics = findings.take();
  return reading;
}

Reading read_text(const std::string& name, std::string text, const Options& options) {
  const Files files{.contents = [&](const std::string& path) -> base::Result<std::string> {
                      if (path == name) return text;
                      return base::fail(base::Kind::NotFound, "no such file");
                    },
                    .matching = {}};
  return read(name, files, options);
}

}  // namespace keepalived
