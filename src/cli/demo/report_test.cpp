#include "cli/demo/report.h"

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

cli::demo::Report a_report() {
  const auto address = net::IpAddress::v4(0x0a00000a);
  cli::demo::Timeline timeline{
      .lanes = {{.instance = "web/0",
                 .address = address,
                 .states = {{0us, 1s, "active"}, {1s, 5s, "off"}},
                 .announcements = {10ms}}},
      .seen = cli::demo::parse_probe_output(
                  "probe 1000 1200 web/0\nprobe 2000 - -\n"
                  "advert 1500 10.0.0.10 2 1 101\nadvert 1800 10.0.0.10 2 1 0\n")
                  .value(),
      .marks = {{1s, "power off <now>"}}};
  return {
      .title = "A run",
      .takeovers = {{.event = "power loss of web/0",
                     .before = "web/0",
                     .after = "web/1",
                     .outage = {.silence = 3612400us,
                                .begin = 1s,
                                .end = 4612400us,
                                .before = "web/0",
                                .after = "web/1",
                                .lost = 3600},
                     .detection = 3609us,
                     .theory = 3609ms}},
      .checks = {{"the reservation stands", true, ""}, {"nothing is left", false, "1 port <x>"}},
      .drops = {{"p", "10.0.0.10", "arp-spoof", 12}},
      .timeline = timeline,
      .begin = 0us,
      .end = 5s};
}

TEST(Report, CellsShowWhatWasMeasuredBesideTheTheory) {
  const auto cells = cli::demo::takeover_cells(a_report().takeovers);
  ASSERT_EQ(cells.size(), 2U);
  EXPECT_THAT(cells[1], testing::ElementsAre("power loss of web/0", "web/0", "web/1", "3.6 ms",
                                             "3609.0 ms", "3612.4 ms", "3600"));
}

TEST(Report, ThePageShowsEverythingAndEscapesText) {
  const std::string page = cli::demo::to_html(a_report());
  EXPECT_THAT(page, HasSubstr("3612.4 ms without an answer"));
  EXPECT_THAT(page, HasSubstr("advertisement, priority 0"));
  EXPECT_THAT(page, HasSubstr("gratuitous ARP</title>"));
  EXPECT_THAT(page, HasSubstr("did not hold"));
  EXPECT_THAT(page, HasSubstr("1 port &lt;x&gt;"));
  EXPECT_THAT(page, HasSubstr("power off &lt;now&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<now>")));
}

TEST(Timeline, EverySvgElementIsClosed) {
  const auto report = a_report();
  const std::string svg = cli::demo::panel_svg(report.timeline, 0us, 5s, "t");
  EXPECT_TRUE(svg.starts_with("<svg "));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  std::size_t opened = 0;
  std::size_t closed = 0;
  for (std::size_t i = 0; i + 1 < svg.size(); ++i) {
    if (svg[i] == '<' && svg[i + 1] != '/') ++opened;
    if (svg[i] == '<' && svg[i + 1] == '/') ++closed;
    if (svg[i] == '/' && svg[i + 1] == '>') ++closed;
  }
  EXPECT_EQ(opened, closed);
}

}  // namespace
