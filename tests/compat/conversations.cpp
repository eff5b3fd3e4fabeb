// Programs in the style of socket.io-client-cpp against npm's server; a background_context runs each client.
#include <socketio/compat/sio.hpp>

#include <doctest/doctest.h>

#include "support/peer.hpp"
#include "support/sio_client.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace conversations_tests {

using sio::message;

// The client comes last: its listeners refer to the diary.
struct conversation {
    support::npm_server server;
    support::shared_diary heard;
    sio::client client;

    void connect()
    {
        support::follow(client, heard);
        client.connect(server.url());
        REQUIRE(heard.hears("open /"));
    }
    // An acknowledgement that notes how many arguments it has, and the first as text.
    std::function<void(message::list const&)> note_answer()
    {
        return [this](message::list const& answer) {
            std::string first = answer.size() != 0 ? answer[0]->get_string() : "";
            heard.note(std::to_string(answer.size()) + " " + first);
        };
    }
};

TEST_CASE_FIXTURE(conversation, "open, the namespace, and close come in the original's order")
{
    connect();
    CHECK(client.opened());
    CHECK(server.ask(R"({"do":"sockets"})") == "[\"" + client.get_sessionid() + "\"]");
    client.sync_close();
    CHECK(heard.text() == "open | open / | close / | close: normal");
    CHECK_FALSE(client.opened());
    CHECK(client.get_sessionid().empty());
}

TEST_CASE_FIXTURE(conversation, "emit takes nothing, text, a message, binary data and a list, and an acknowledgement")
{
    connect();
    sio::socket::ptr const socket = client.socket();
    std::string const name = "text";
    socket->emit("echo", nullptr, note_answer());
    CHECK(heard.hears("0 "));
    socket->emit("echo", name, note_answer());
    CHECK(heard.hears("1 text"));
    socket->emit("echo", sio::string_message::create("message"), note_answer());
    CHECK(heard.hears("1 message"));
    message::list list("sports");
    list.push(sio::string_message::create("economics"));
    socket->emit("echo", list, note_answer());
    CHECK(heard.hears("2 sports"));
    socket->emit("echo", std::make_shared<std::string>("\0x", 2), [&](message::list const& answer) {
        heard.note(*answer[0]->get_binary() == std::string("\0x", 2) ? "the same bytes" : "other bytes");
    });
    CHECK(heard.hears("the same bytes"));
    socket->emit("silence");
    CHECK(server.ask(R"({"do":"count","what":"event"})") != "0");
}

TEST_CASE_FIXTURE(conversation, "every type comes back as it was sent, binary data in its places")
{
    connect();
    message::ptr const object = sio::object_message::create();
    auto& members = object->get_map();
    members["number"] = sio::int_message::create(-9007199254740991);
    members["half"] = sio::double_message::create(0.5);
    members["yes"] = sio::bool_message::create(true);
    members["none"] = sio::null_message::create();
    members["first"] = sio::binary_message::create(std::make_shared<std::string const>("1"));
    members["list"] = sio::array_message::create();
    members["list"]->get_vector().push_back(
        sio::binary_message::create(std::make_shared<std::string const>("22")));
    client.socket()->emit("echo", object, [&](message::list const& answer) {
        message::ptr const& back = answer[0];
        heard.note(socketio::to_value(back) == socketio::to_value(object) ? "the same" : "another");
        heard.note(*back->get_map()["list"]->get_vector()[0]->get_binary());
    });
    CHECK(heard.hears("the same"));
    CHECK(heard.hears("22"));
}

TEST_CASE_FIXTURE(conversation, "what JavaScript sends has the types of the original")
{
    connect();
    client.socket()->on("types", sio::socket::event_listener([&](sio::event& event) {
        auto const& all = event.get_messages();
        heard.note(std::to_string(all.size()));
        heard.note(std::to_string(all[0]->get_flag()) + std::to_string(all[1]->get_flag()));
        heard.note("large: " + std::to_string(all[3]->get_vector().at(14)->get_flag()));
    }));
    client.socket()->emit("types");
    CHECK(heard.hears("10"));
    CHECK(heard.hears("76"));
    CHECK(heard.hears("large: 1")); // 18446744073709551615
}

TEST_CASE_FIXTURE(conversation, "a listener in each of the two forms, one for each event, and one for all")
{
    connect();
    sio::socket::ptr const socket = client.socket();
    socket->on("echo event", sio::socket::event_listener([&](sio::event&) { heard.note("replaced"); }));
    socket->on("echo event",
        [&](std::string const& name, message::ptr const& data, bool need_ack, message::list&) {
            heard.note(name + " " + data->get_string() + (need_ack ? " ack" : ""));
        });
    socket->on_any([&](sio::event& event) { heard.note("any " + event.get_name() + " in " + event.get_nsp()); });
    socket->emit("echo event", std::string("one"));
    CHECK(heard.hears("any echo event in /"));
    CHECK(heard.has("echo event one"));
    CHECK_FALSE(heard.has("replaced"));

    socket->off("echo event");
    socket->emit("echo event", std::string("two"));
    CHECK(heard.hears("any echo event in /", 2));
    socket->off_any();
    socket->on("other", sio::socket::event_listener());
    socket->on("echo event", sio::socket::event_listener([&](sio::event& event) {
        heard.note(event.get_message() ? "something" : "nothing");
    }));
    socket->emit("echo event");
    CHECK(heard.hears("nothing"));
    socket->off_all();
    CHECK_FALSE(heard.has("echo event two"));
}

TEST_CASE_FIXTURE(conversation, "an event is answered with what was put, or with nothing, but only by a listener")
{
    connect();
    sio::socket::ptr const socket = client.socket();
    socket->on("question", [&](sio::event& event) {
        message::list answer(event.get_message());
        answer.push(std::string("more"));
        event.put_ack_message(answer);
    });
    CHECK(server.ask(R"({"do":"ask","event":"question","args":["x"]})") == R"(["x","more"])");
    socket->on("question", [](std::string const&, message::ptr const&, bool, message::list& answer) {
        answer.push(std::string("aux"));
    });
    CHECK(server.ask(R"({"do":"ask","event":"question","args":[]})") == R"(["aux"])");
    socket->on("question", [](sio::event&) {});
    CHECK(server.ask(R"({"do":"ask","event":"question","args":[]})") == "[]");
    socket->off("question");
    CHECK_THROWS_AS(server.ask(R"({"do":"ask","event":"question","args":[],"timeout":50})"), std::runtime_error);
}

TEST_CASE_FIXTURE(conversation, "what is emitted before the connection is sent behind it, as it was then")
{
    support::follow(client, heard);
    message::ptr const list = sio::array_message::create();
    list->get_vector() = {sio::string_message::create("then"),
        sio::binary_message::create(std::make_shared<std::string const>("b"))};
    client.socket()->emit("first", list);
    list->get_vector().clear();
    client.socket("/custom")->emit("echo", std::string("waited"), note_answer());
    client.set_socket_open_listener([&](std::string const& nsp) { client.socket(nsp)->emit("last"); });
    client.connect(server.url());
    CHECK(heard.hears("1 waited"));
    client.socket()->emit("echo", nullptr, note_answer());
    CHECK(heard.hears("0 "));
    std::string const events = server.log("event", "event");
    CHECK(events.find("first") < events.find("last"));
    CHECK(server.log("event", "args").find(R"("then")") != std::string::npos);
}

TEST_CASE_FIXTURE(conversation, "what cannot be sent is refused in the call, connected or not")
{
    message::list many;
    for (int i = 0; i != 11; ++i)
        many.push(std::make_shared<std::string>("b"));
    message::ptr const own = sio::array_message::create();
    own->get_vector() = {own};
    for (bool const connected : {false, true}) {
        if (connected)
            connect();
        CHECK_THROWS_AS(client.socket()->emit("disconnect"), std::invalid_argument);
        CHECK_THROWS_AS(client.socket()->emit("many", many), std::invalid_argument);
        CHECK_THROWS_AS(client.socket()->emit("own", own), std::invalid_argument);
    }
    own->get_vector().clear();
    client.socket()->emit("echo", nullptr, note_answer());
    CHECK(heard.hears("0 "));
}

TEST_CASE_FIXTURE(conversation, "query, headers and auth reach the server, for a namespace made before, too")
{
    message::ptr const auth = sio::object_message::create();
    static_cast<sio::object_message&>(*auth).insert("token", std::string("abc"));
    support::follow(client, heard);
    sio::socket::ptr const admin = client.socket("admin"); // it admits this token alone
    CHECK(admin->get_namespace() == "/admin");
    client.connect(server.url(), {{"room", "a b&c"}}, {{"X-Test", "header"}}, auth);
    REQUIRE(heard.hears("open /admin"));
    client.socket()->emit("whoami", nullptr, [&](message::list const& answer) {
        heard.note(answer[0]->get_map()["query"]->get_map()["room"]->get_string());
        heard.note(answer[0]->get_map()["headers"]->get_map()["x-test"]->get_string());
    });
    CHECK(heard.hears("a b&c"));
    CHECK(heard.hears("header"));
}

TEST_CASE_FIXTURE(conversation, "what cannot be auth or a header is refused in the call")
{
    CHECK_THROWS_AS(client.connect(server.url(), sio::string_message::create("token")), std::invalid_argument);
    std::map<std::string, std::string> const none;
    CHECK_THROWS_AS(client.connect(server.url(), none, {{"bad\n", ""}}), std::invalid_argument);
    connect();
}

TEST_CASE_FIXTURE(conversation, "a refusal goes to the error listener, and the next socket tries again")
{
    connect();
    auto const note_error = [this](message::ptr const& why) {
        heard.note(why->get_map()["message"]->get_string() + " " +
            std::to_string(why->get_map()["data"]->get_map()["code"]->get_int()));
    };
    sio::socket::ptr const first = client.socket("/admin");
    first->on_error(note_error);
    CHECK(heard.hears("close /admin"));
    sio::socket::ptr const second = client.socket("/admin");
    CHECK(second != first);
    second->on_error(note_error);
    CHECK(heard.hears("close /admin", 2));
    CHECK(heard.has("not authorized 42"));
    CHECK(client.opened());
}

TEST_CASE_FIXTURE(conversation, "a namespace that is closed can be joined again at once, without the old listeners")
{
    connect();
    sio::socket::ptr const first = client.socket("/custom");
    first->on("echo event", [&](sio::event&) { heard.note("old"); });
    REQUIRE(heard.hears("open /custom"));
    first->close();
    first->close();
    sio::socket::ptr const second = client.socket("/custom");
    CHECK(second != first);
    second->on("echo event", [&](sio::event&) { heard.note("new"); });
    second->emit("echo event");
    first->emit("echo event");
    CHECK(heard.hears("new"));
    CHECK(heard.hears("close /custom"));
    second->emit("echo", nullptr, note_answer());
    CHECK(heard.hears("0 "));
    CHECK_FALSE(heard.has("old"));
    CHECK(server.ask(R"({"do":"sockets","nsp":"/custom"})").find(',') == std::string::npos);
}

TEST_CASE_FIXTURE(conversation, "the end of a closed namespace is told, though nobody keeps its socket")
{
    connect();
    client.socket("/custom");
    REQUIRE(heard.hears("open /custom"));
    client.socket("/custom")->close();
    CHECK(heard.hears("close /custom"));
    client.socket("/custom");
    REQUIRE(heard.hears("open /custom", 2));
    client.socket("/custom")->close();
    client.sync_close();
    CHECK(heard.count("close /custom") == 2);
    CHECK(heard.count("close /") == 1);
}

TEST_CASE_FIXTURE(conversation, "a namespace that is closed before the connection never joins")
{
    client.socket("/custom")->close();
    connect();
    client.socket()->emit("echo", nullptr, note_answer());
    CHECK(heard.hears("0 "));
    CHECK(server.ask(R"({"do":"sockets","nsp":"/custom"})") == "[]");
}

TEST_CASE_FIXTURE(conversation, "a URL may have a path and a query")
{
    support::follow(client, heard);
    client.connect(server.url() + "/socket.io/?from=url", {{"and", "map"}});
    REQUIRE(heard.hears("open /"));
    client.socket()->emit("whoami", nullptr, [&](message::list const& answer) {
        auto& query = answer[0]->get_map()["query"]->get_map();
        heard.note(query["from"]->get_string() + query["and"]->get_string());
    });
    CHECK(heard.hears("urlmap"));
}

TEST_CASE_FIXTURE(conversation, "the library's own socket is at hand")
{
    CHECK_FALSE(client.socket()->native());
    connect();
    socketio::socket native = client.socket()->native();
    native.on("echo event", [&](message::ptr const& data) { heard.note("typed " + data->get_string()); });
    native.emit("echo event", sio::string_message::create("both"));
    CHECK(heard.hears("typed both"));
}

} // namespace conversations_tests
