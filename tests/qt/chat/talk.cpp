// Two windows of the chat, driven by keys, and what they show. With SOCKETIO_QT_PICTURES, a folder, pictures of them
// are left there.
#include "qt_chat/chat_server.hpp"
#include "qt_chat/chat_window.hpp"
#include "qt_chat/pictures.hpp"

#include "qt/run_loop.hpp"

#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QPushButton>
#include <QTest>
#include <asio/post.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <thread>

namespace qt_chat_tests {

using support::run_loop_until;

// The chat's server on a thread of its own.
class served {
public:
    explicit served(std::uint16_t port = 0) : chat_{context_, port} {}
    ~served()
    {
        asio::post(context_, [this] { chat_.close(); });
        thread_.join();
    }
    std::uint16_t port() const { return port_; }
    QString url() const { return QString{"http://127.0.0.1:%1"}.arg(port_); }

private:
    asio::io_context context_{1};
    chat_server chat_;
    std::uint16_t const port_ = chat_.port();
    std::thread thread_{[this] { context_.run(); }};
};

// A window, and its parts by their names.
struct person {
    chat_window window;

    person(QString const& url, QString const& name) : window{url, name}
    {
        window.open_room("lobby");
        window.show();
    }
    template <class Part>
    Part& part(char const* name)
    {
        auto* const found = window.findChild<Part*>(name);
        REQUIRE(found);
        return *found;
    }
    QStringList texts(QListWidget const& of)
    {
        QStringList all;
        for (int row = 0; row != of.count(); ++row)
            all.append(of.item(row)->text());
        return all;
    }
    QStringList members() { return texts(part<QListWidget>("members")); }
    QStringList rooms() { return texts(part<QListWidget>("rooms")); }
    QString typing() { return part<QLabel>("typing").text(); }
    bool has_banner() { return part<QWidget>("banner").isVisible(); }
    QString banner() { return part<QLabel>("banner_text").text(); }
    room_view& room(QString const& name)
    {
        for (room_view* each : window.findChildren<room_view*>())
            if (each->name == name)
                return *each;
        FAIL("no such room");
        throw 0;
    }
    bool has_line(QString const& room_name, QString const& end)
    {
        QStringList const all = texts(room(room_name));
        return std::any_of(all.begin(), all.end(), [&](QString const& each) { return each.endsWith(end); });
    }
    void say(QString const& text)
    {
        QTest::keyClicks(&part<QLineEdit>("text"), text);
        QTest::keyClick(&part<QLineEdit>("text"), Qt::Key_Return);
    }
    void leave_picture(char const* name)
    {
        QString const folder = qEnvironmentVariable("SOCKETIO_QT_PICTURES");
        if (!folder.isEmpty())
            CHECK(window.grab().save(folder + "/" + name + ".png"));
    }
};

bool sees_both(person& one) { return run_loop_until([&] { return one.members() == QStringList{"Ann", "Bob"}; }); }

QImage dot()
{
    QImage picture{200, 120, QImage::Format_RGB32};
    picture.fill(QColor{20, 90, 160});
    QPainter painter{&picture};
    painter.setBrush(Qt::yellow);
    painter.drawEllipse(70, 30, 60, 60);
    return picture;
}

TEST_CASE("two people talk, and each sees the other typing")
{
    served chat;
    person ann{chat.url(), "Ann"};
    person bob{chat.url(), "Bob"};
    REQUIRE(sees_both(ann));
    REQUIRE(sees_both(bob));
    CHECK_FALSE(ann.has_banner());

    QTest::keyClicks(&ann.part<QLineEdit>("text"), "hel");
    REQUIRE(run_loop_until([&] { return bob.typing() == QString{"Ann is typing"}; }));
    bob.leave_picture("typing");
    QTest::keyClicks(&ann.part<QLineEdit>("text"), "lo <b>Bob</b>");
    QTest::keyClick(&ann.part<QLineEdit>("text"), Qt::Key_Return);
    REQUIRE(run_loop_until([&] { return bob.has_line("lobby", "Ann: hello <b>Bob</b>"); }));
    CHECK(run_loop_until([&] { return bob.typing().isEmpty(); }));
    CHECK(ann.part<QLineEdit>("text").text().isEmpty());
    // No more in italics: the server has it.
    CHECK(run_loop_until([&] { return !ann.room("lobby").item(ann.room("lobby").count() - 1)->font().italic(); }));

    bob.say("hello Ann");
    CHECK(run_loop_until([&] { return ann.has_line("lobby", "Bob: hello Ann"); }));
}

TEST_CASE("messages of a room that is not open are counted until it is opened")
{
    served chat;
    person ann{chat.url(), "Ann"};
    person bob{chat.url(), "Bob"};
    REQUIRE(sees_both(ann));
    REQUIRE(sees_both(bob));
    QTest::keyClicks(&bob.part<QLineEdit>("room_name"), "garden");
    QTest::keyClick(&bob.part<QLineEdit>("room_name"), Qt::Key_Return);
    REQUIRE(run_loop_until([&] { return bob.members() == QStringList{"Bob"}; }));
    ann.say("one");
    ann.say("two");
    REQUIRE(run_loop_until([&] { return bob.rooms() == QStringList{"lobby (2)", "garden"}; }));
    CHECK(bob.part<QListWidget>("rooms").item(0)->font().bold());
    bob.leave_picture("unread");
    bob.part<QListWidget>("rooms").setCurrentRow(0);
    CHECK(bob.rooms() == QStringList{"lobby", "garden"});
    CHECK(bob.has_line("lobby", "Ann: two"));
    CHECK(bob.members() == QStringList{"Ann", "Bob"});
}

TEST_CASE("a picture arrives as it was sent, and what is none is not shown")
{
    served chat;
    person ann{chat.url(), "Ann"};
    person bob{chat.url(), "Bob"};
    REQUIRE(sees_both(ann));
    REQUIRE(sees_both(bob));
    QImage const sent = dot();
    ann.window.send_picture(sent);
    REQUIRE(run_loop_until([&] { return bob.has_line("lobby", "Ann: "); }));
    QListWidget& lobby = bob.room("lobby");
    QIcon const icon = lobby.item(lobby.count() - 1)->icon();
    CHECK(icon.pixmap(sent.size()).toImage().convertToFormat(sent.format()) == sent);
    bob.say("nice");
    CHECK(run_loop_until([&] { return ann.has_line("lobby", "Bob: nice"); }));
    bob.leave_picture("picture");

    CHECK(decode_picture("no picture").isNull());
    CHECK(encode_picture(QImage{4000, 1000, QImage::Format_RGB32}).size() < 100000);
}

TEST_CASE("who comes and goes is told to the others")
{
    served chat;
    person ann{chat.url(), "Ann"};
    REQUIRE(run_loop_until([&] { return ann.members() == QStringList{"Ann"}; }));
    {
        person bob{chat.url(), "Bob"};
        REQUIRE(sees_both(ann));
        CHECK(ann.has_line("lobby", "Bob has come"));
    }
    REQUIRE(run_loop_until([&] { return ann.members() == QStringList{"Ann"}; }));
    CHECK(ann.has_line("lobby", "Bob has gone"));
}

TEST_CASE("a banner says when the server is gone, and goes when it is back with everybody in their rooms")
{
    std::optional<served> chat{std::in_place};
    std::uint16_t const port = chat->port();
    QString const url = chat->url();
    person ann{url, "Ann"};
    person bob{url, "Bob"};
    REQUIRE(sees_both(ann));
    REQUIRE(sees_both(bob));
    chat.reset();
    REQUIRE(run_loop_until([&] { return ann.has_banner() && bob.has_banner(); }));
    CHECK(ann.banner().startsWith("Not connected, trying again"));
    CHECK_FALSE(ann.part<QLineEdit>("text").isEnabled());
    ann.leave_picture("banner");
    chat.emplace(port);
    REQUIRE(run_loop_until([&] { return !ann.has_banner() && !bob.has_banner(); }));
    REQUIRE(sees_both(ann));
    REQUIRE(sees_both(bob));
    CHECK(ann.part<QLineEdit>("text").isEnabled());
    ann.say("we are back");
    CHECK(run_loop_until([&] { return bob.has_line("lobby", "Ann: we are back"); }));
}

TEST_CASE("a name that another has is refused")
{
    served chat;
    person ann{chat.url(), "Ann"};
    REQUIRE(run_loop_until([&] { return ann.members() == QStringList{"Ann"}; }));
    person other{chat.url(), "Ann"};
    REQUIRE(run_loop_until([&] { return other.banner().startsWith("Refused"); }));
    CHECK(other.banner().contains("taken"));
    CHECK(other.has_banner());
    CHECK_FALSE(ann.has_banner());
    other.leave_picture("refused");
}

// In each state, with what it has under way; AddressSanitizer sees the rest.
TEST_CASE("a window can be closed at any time")
{
    {
        person const at_once{"http://127.0.0.1:1", "Ann"};
    }
    {
        person reconnecting{"http://127.0.0.1:1", "Ann"};
        CHECK(run_loop_until([&] { return reconnecting.banner().startsWith("Not connected"); }));
    }
    std::optional<served> chat{std::in_place};
    {
        person const connecting{chat->url(), "Ann"};
    }
    for (int round = 0; round != 5; ++round) {
        person saying{chat->url(), "Ann"};
        REQUIRE(run_loop_until([&] { return saying.members() == QStringList{"Ann"}; }));
        saying.say("an answer is on its way");
        QTest::keyClicks(&saying.part<QLineEdit>("text"), "typing");
    }
    person losing{chat->url(), "Bob"};
    REQUIRE(run_loop_until([&] { return losing.members() == QStringList{"Bob"}; }));
    losing.say("an answer that never comes");
    chat.reset();
}

} // namespace qt_chat_tests
