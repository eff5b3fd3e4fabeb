// Pictures of transcripts: what a line becomes, and that a reader of XML takes it.
#include <socketio/testing.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace sequence_diagram_tests {
namespace {

using socketio::testing::level;
using socketio::testing::sequence_diagram;
using socketio::testing::world;

std::size_t count(std::string_view in, std::string_view what)
{
    std::size_t found = 0;
    for (auto at = in.find(what); at != std::string_view::npos; at = in.find(what, at + what.size()))
        ++found;
    return found;
}

// Why it is no well-formed XML; empty if it is: tags are balanced, attributes quoted, entities known, characters
// allowed.
std::string xml_fault(std::string_view text)
{
    std::vector<std::string> open;
    for (std::size_t at = 0; at < text.size();) {
        auto const rest = text.substr(at);
        auto const byte = static_cast<unsigned char>(text[at]);
        if (byte < 0x20 && byte != '\n')
            return "a control character";
        if (rest.starts_with("\xEF\xBF\xBE") || rest.starts_with("\xEF\xBF\xBF"))
            return "no character of XML";
        if (byte == '&') {
            bool known = false;
            for (std::string_view const each : {"&lt;", "&gt;", "&amp;", "&quot;", "&#39;"})
                known = known || rest.starts_with(each);
            if (!known)
                return "an unknown entity";
        }
        if (byte != '<') {
            ++at;
            continue;
        }
        auto end = at + 1;
        for (bool quoted = false; end < text.size() && (quoted || text[end] != '>'); ++end) {
            if (text[end] == '<')
                return "< in a tag";
            quoted = quoted != (text[end] == '"');
        }
        if (end >= text.size())
            return "a tag without its end";
        std::string tag{text.substr(at + 1, end - at - 1)};
        if (tag.starts_with('/')) {
            if (open.empty() || open.back() != tag.substr(1))
                return "</" + tag.substr(1) + "> of nothing";
            open.pop_back();
        } else if (!tag.ends_with('/')) {
            open.push_back(tag.substr(0, tag.find(' ')));
        }
        at = end + 1;
    }
    return open.empty() ? "" : "<" + open.back() + "> has no end";
}

std::string checked(std::string picture)
{
    CHECK(xml_fault(picture) == "");
    CHECK(socketio::detail::is_utf8(picture));
    CHECK(count(picture, "<script") == 0);
    CHECK(count(picture, "href") == 0);
    return picture;
}

void answers(socketio::server& io)
{
    io.on("connection", [](socketio::server_socket socket) {
        socket.on("reading", [socket](double celsius, socketio::ack reply) {
            socket.broadcast().emit("reading", celsius);
            reply("thank you");
        });
    });
}

// A partition, a line that never arrives, two reconnects, notes.
void bad_day(world& here)
{
    answers(here.server());
    here.links().latency(40ms);
    auto device = here.client("http://server", {}, "device");
    here.run_until([&] { return device.connected(); });
    device.emit("reading", 21.5, [](std::string const&) {});
    here.advance(3s);
    here.transcript().note("the network is cut");
    here.links().partition();
    device.emit("reading", 22.5, [](std::string const&) {});
    here.run_until([&] { return !device.connected(); });
    here.links().repair();
    here.transcript().note("the network is there again");
    here.run_until([&] { return device.connected(); });
    here.transcript().note("the line is dead");
    here.links().half_open();
    device.emit("reading", 23.5);
    here.run_until([&] { return !device.connected(); });
    here.run_until([&] { return device.connected(); });
    device.emit("reading", 24.5, [](std::string const&) {});
    here.advance(1s);
}

std::size_t lines_up_to(world const& here, level most)
{
    std::size_t lines = 0;
    for (auto const& all : {here.transcript().happenings(), here.transcript().in_flight()})
        for (auto const& each : all)
            lines += each.level <= most ? 1 : 0;
    return lines;
}

// Of its happenings, not of the names of hosts.
std::size_t happenings_in(std::string_view picture)
{
    return count(picture, "<g ") - count(picture, "<g class=\"head\">");
}

void keep(std::string_view name, std::string_view picture)
{
    if (char const* const folder = std::getenv("SOCKETIO_KEPT_PICTURES"); folder != nullptr) // to look at them
        std::ofstream{std::string{folder} + "/" + std::string{name} + ".svg"} << picture;
}

} // namespace

TEST_CASE("a picture has each happening once, and crosses, bars, slopes, pauses and notes")
{
    world here;
    bad_day(here);
    for (auto const most : {level::events, level::packets, level::frames, level::bytes}) {
        auto const picture = checked(sequence_diagram(here.transcript(), most));
        keep("bad day " + std::to_string(static_cast<int>(most)), picture);
        CHECK(happenings_in(picture) == lines_up_to(here, most));
        CHECK(count(picture, "<g class=\"note\">") == 3);
        CHECK(count(picture, "class=\"dots\"") >= 2);
        CHECK(count(picture, "connection closed</text>") >= 2);
    }
    auto const picture = sequence_diagram(here.transcript());
    CHECK(count(picture, ", lost\n") + count(picture, ", lost, ") == 1); // 23.5
    CHECK(count(picture, " waits\">") == 0);
    CHECK(picture.find("<g class=\"lost\"><title>event &quot;reading&quot; 23.5\n") != std::string::npos);
    CHECK(count(picture, "<rect class=\"solid\"") == count(picture, "<title>connection closed\n") +
                                                         count(picture, "<title>connection lost\n") +
                                                         count(picture, "<title>connection reset\n"));
    CHECK(picture.find(">device</text>") < picture.find(">server</text>"));
}

TEST_CASE("an answer begins below the arrival of what it answers, in the same moment, too")
{
    world here;
    answers(here.server());
    here.links().latency(40ms);
    auto device = here.client();
    here.run_until([&] { return device.connected(); });
    bool answered = false;
    device.emit("reading", 1.5, [&](std::string const&) { answered = true; });
    here.run_until([&] { return answered; });
    auto const picture = checked(sequence_diagram(here.transcript()));
    // The two numbers behind "M" or "L" of the line of this kind.
    auto const line = [&picture](std::string_view kind, char from) {
        auto const at = picture.find(from, picture.find(" d=", picture.find("<g class=\"" + std::string{kind} + "\"")));
        char* end = nullptr;
        long const x = std::strtol(picture.c_str() + at + 1, &end, 10);
        return std::pair{x, std::strtol(end, nullptr, 10)};
    };
    CHECK(line("event", 'M').first < line("event", 'L').first);
    CHECK(line("event", 'M').second < line("event", 'L').second); // a slope
    CHECK(line("ack", 'M').first == line("event", 'L').first);
    CHECK(line("ack", 'M').second > line("event", 'L').second);
    CHECK(line("ack", 'L').first == line("event", 'M').first);
}

TEST_CASE("names and texts of others are texts in a picture, whatever they hold")
{
    world here;
    here.server().on("connection", [](socketio::server_socket) {});
    auto device = here.client("http://server", {}, "<script>\"'\x01\xff");
    here.run_until([&] { return device.connected(); });
    std::string const hostile = "</text></svg><script>alert(\"x\")</script>&amp;'\x01\x1b]0;\x7f \xC2\x85\xEF\xBF\xBF";
    device.emit(hostile, hostile);
    device.emit("wide", "\xF0\x9F\x98\x80\xE6\xBC\xA2" + std::string(200, '<'));
    here.transcript().note(hostile + "\xff\xc3");
    here.transcript().note(std::string(1'000'000, '"'));
    std::string umlauts;
    for (int i = 0; i != 59; ++i)
        umlauts += "\xC3\xA4";
    here.transcript().note(umlauts + "b");
    here.transcript().note(umlauts + "bc");
    here.advance(1s);
    for (auto const most : {level::events, level::bytes}) {
        auto const picture = checked(sequence_diagram(here.transcript(), most));
        keep("hostile " + std::to_string(static_cast<int>(most)), picture);
        CHECK(happenings_in(picture) == lines_up_to(here, most));
        CHECK(picture.size() < 100'000);
        CHECK(picture.find("&lt;script&gt;alert(") != std::string::npos);
        CHECK(picture.find(">" + umlauts + "b</text>") != std::string::npos);
        CHECK(picture.find(">" + umlauts + "\xE2\x80\xA6</text>") != std::string::npos);
    }
}

TEST_CASE("equal transcripts give equal pictures")
{
    world one{3}, same{3}, other{4};
    for (auto* const each : {&one, &same, &other})
        bad_day(*each);
    auto const picture = sequence_diagram(one.transcript(), level::frames);
    CHECK(picture == sequence_diagram(one.transcript(), level::frames));
    CHECK(picture == sequence_diagram(same.transcript(), level::frames));
    CHECK(picture != sequence_diagram(other.transcript(), level::frames));
}

TEST_CASE("a picture of nothing says so, and one of very much has its beginning")
{
    world here;
    CHECK(checked(sequence_diagram(here.transcript())).find("nothing has happened") != std::string::npos);
    for (int i = 0; i != 2000; ++i)
        here.transcript().note("note " + std::to_string(i));
    auto const full = checked(sequence_diagram(here.transcript()));
    CHECK(happenings_in(full) == 2000);
    CHECK(full.find(" more</text>") == std::string::npos);
    for (int i = 2000; i != 2345; ++i)
        here.transcript().note("note " + std::to_string(i));
    auto const more = checked(sequence_diagram(here.transcript()));
    CHECK(happenings_in(more) == 2000);
    CHECK(more.find(">note 1999</text>") != std::string::npos);
    CHECK(more.find(">note 2000</text>") == std::string::npos);
    CHECK(more.find("and 345 more</text>") != std::string::npos);
}

TEST_CASE("many hosts, and one that speaks to itself, have a lifeline each")
{
    world here;
    answers(here.server());
    here.links().latency(10ms, 5ms);
    std::vector<socketio::socket> clients;
    for (auto const* const host : {"boiler", "a thermometer with quite a long name", "server"})
        clients.push_back(here.client("http://server", {}, host));
    here.run_until([&] { return clients[0].connected() && clients[1].connected() && clients[2].connected(); });
    clients[1].emit("reading", 21.5, [](std::string const&) {});
    here.advance(1s);
    for (auto& each : clients)
        each.disconnect();
    here.run();
    auto const picture = checked(sequence_diagram(here.transcript()));
    keep("hosts", picture);
    CHECK(count(picture, "<g class=\"namespace waits\"><title>disconnect\n") == 3);
    CHECK(count(picture, "<g class=\"head\">") == 3);
    CHECK(happenings_in(picture) == lines_up_to(here, level::events));
}

} // namespace sequence_diagram_tests
