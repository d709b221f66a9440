#include "agent/notify/smtp_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using agent::notify::SmtpSession;
using testing::HasSubstr;

SmtpSession session() {
  return SmtpSession({.helo = "host.example",
                      .from = "vrrp@host.example",
                      .recipients = {"a@example", "b@example"},
                      .text = "Subject: x\n\nbody\n.dot\n"});
}

TEST(SmtpSession, DeliversToAllRecipients) {
  auto talk = session();
  EXPECT_EQ(talk.hear("220-mail.example\r\n220 ready\r\n"), "HELO host.example\r\n");
  EXPECT_EQ(talk.hear("250 hello\r\n"), "MAIL FROM:<vrrp@host.example>\r\n");
  EXPECT_EQ(talk.hear("25"), "");
  EXPECT_EQ(talk.hear("0 ok\r\n"), "RCPT TO:<a@example>\r\n");
  EXPECT_EQ(talk.hear("250 ok\r\n"), "RCPT TO:<b@example>\r\n");
  EXPECT_EQ(talk.hear("250 ok\r\n"), "DATA\r\n");
  EXPECT_EQ(talk.hear("354 go on\r\n"), "Subject: x\r\n\r\nbody\r\n..dot\r\n.\r\n");
  EXPECT_EQ(talk.state(), SmtpSession::State::Going);
  EXPECT_EQ(talk.hear("250 queued\r\n"), "QUIT\r\n");
  EXPECT_EQ(talk.state(), SmtpSession::State::Delivered);
  talk.hear("221 bye\r\n");
  EXPECT_TRUE(talk.is_over());
}

TEST(SmtpSession, ARefusedRecipientDoesNotKeepTheOthersFromTheirCopy) {
  auto talk = session();
  talk.hear("220 a\r\n");
  talk.hear("250 b\r\n");
  talk.hear("250 c\r\n");
  EXPECT_EQ(talk.hear("550 nobody\r\n"), "RCPT TO:<b@example>\r\n");
  EXPECT_EQ(talk.hear("250 ok\r\n"), "DATA\r\n");
}

TEST(SmtpSession, ARefusalIsNamedInTheServersWords) {
  auto talk = session();
  EXPECT_EQ(talk.hear("554 go away\r\n"), "QUIT\r\n");
  EXPECT_EQ(talk.state(), SmtpSession::State::Refused);
  EXPECT_THAT(talk.why(), HasSubstr("554 go away"));
  EXPECT_EQ(talk.hear("250 what\r\n"), "");
}

TEST(SmtpSession, NonsenseEndsIt) {
  auto other = session();
  other.hear("SSH-2.0-x\r\n");
  EXPECT_EQ(other.state(), SmtpSession::State::Refused);
  auto endless = session();
  endless.hear(std::string(5000, 'x'));
  EXPECT_TRUE(endless.is_over());
  auto talker = session();
  for (int i = 0; i < 10000 && !talker.is_over(); ++i) talker.hear("220-more\r\n");
  EXPECT_TRUE(talker.is_over());
}

}  // namespace
