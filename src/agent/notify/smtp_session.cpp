#include "agent/notify/smtp_session.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"

namespace agent::notify {
namespace {

constexpr std::size_t kLongestLine = 2048;  // RFC 5321 4.5.3.1 asks for 512
constexpr std::size_t kLongestTalk = 65536;

}  // namespace

std::string as_data(std::string_view text) {
  std::string out;
  bool is_line_start = true;
  for (const char c : text) {
    if (c == '\r') continue;
    if (is_line_start && c == '.') out += '.';
    if (c == '\n') out += '\r';
    out += c;
    is_line_start = c == '\n';
  }
  if (!is_line_start) out += "\r\n";
  return out + ".\r\n";
}

std::string SmtpSession::hear(std::string_view bytes) {
  if (is_over_) return {};
  total_ += bytes.size();
  if (total_ > kLongestTalk) return refuse("the server talks without end");
  heard_.append(bytes);
  std::string out;
  for (std::size_t end = 0; !is_over_ && (end = heard_.find('\n')) != std::string::npos;) {
    const std::string line(base::trim(heard_.substr(0, end)));
    heard_.erase(0, end + 1);
    const auto code = base::parse_number<int>(std::string_view(line).substr(0, 3));
    if (line.size() < 3 || !code) return refuse("the server does not speak SMTP");
    if (line.size() > 3 && line[3] == '-') continue;  // more lines of this answer follow
    out += answer(*code, line);
  }
  if (heard_.size() > kLongestLine) return refuse("the server's line has no end");
  return out;
}

std::string SmtpSession::answer(int code, std::string_view line) {
  const auto unless = [&](bool is_right) {
    return is_right ? std::string()
                    : refuse(fmt::format("the server answered: {}", base::printable(line)));
  };
  const auto then = [&](bool is_right, Step next, std::string say) {
    if (!is_right) return unless(false);
    step_ = next;
    return say;
  };
  switch (step_) {
    case Step::Greeting:
      return then(code == 220, Step::Helo, fmt::format("HELO {}\r\n", letter_.helo));
    case Step::Helo:
      return then(code == 250, Step::Mail, fmt::format("MAIL FROM:<{}>\r\n", letter_.from));
    case Step::Mail:
      return code == 250 ? next_recipient() : unless(false);
    case Step::Recipient:  // who is refused does not keep the others from their copy
      has_recipient_ |= code == 250 || code == 251;
      if (recipient_ < letter_.recipients.size()) return next_recipient();
      return then(has_recipient_, Step::Data, "DATA\r\n");
    case Step::Data:
      return then(code == 354, Step::Text, as_data(letter_.text));
    case Step::Text:
      if (code != 250) return unless(false);
      state_ = State::Delivered;
      step_ = Step::Quit;
      return "QUIT\r\n";
    case Step::Quit:
      is_over_ = true;
      return {};
  }
  return {};
}

std::string SmtpSession::next_recipient() {
  step_ = Step::Recipient;
  return fmt::format("RCPT TO:<{}>\r\n", letter_.recipients.at(recipient_++));
}

std::string SmtpSession::refuse(std::string why) {
  if (state_ == State::Going) {
    state_ = State::Refused;
    why_ = std::move(why);
  }
  is_over_ = true;
  return "QUIT\r\n";
}

}  // namespace agent::notify
