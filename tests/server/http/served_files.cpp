// serve_files() as browsers and burglars see it: over the wire, beside Socket.IO.
#include <socketio/server/static_files.hpp>

#include "support/engine_requests.hpp"
#include "support/http_caller.hpp"
#include "support/server_fixture.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <asio/buffer.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

using support::get_request;
using support::http_caller;
using support::http_reply;

namespace {
namespace served {

struct house : support::server_fixture {
    explicit house(socketio::serve_files_options settings = {})
    {
        std::filesystem::create_directories(folder.path("public/sub"));
        folder.write("secret.txt", "secret");
        folder.write("public/index.html", "<h1>top</h1>");
        folder.write("public/app.js", "run();");
        folder.write("public/sub/index.html", "<h1>sub</h1>");
        folder.write("public/empty.css", "");
        std::filesystem::create_symlink("../secret.txt", folder.path("public/out.txt"));
        io.on_request(socketio::serve_files(folder.path("public"), std::move(settings)));
    }
    http_reply get(std::string_view target, std::string_view headers = "") { return caller.get(target, headers); }

    std::string write_large(std::size_t size)
    {
        std::string text(size, ' ');
        for (std::size_t i = 0; i != size; ++i)
            text[i] = static_cast<char>(i * 31 + i / 777);
        folder.write("public/large.bin", text);
        return text;
    }

    support::temporary_folder folder;
    http_caller caller{context, io.port()};
};

} // namespace served
} // namespace

TEST_CASE_FIXTURE(served::house, "files come with their types, beside Socket.IO and beside its own path")
{
    auto const page = get("/");
    CHECK(page.status == 200);
    CHECK(page.body == "<h1>top</h1>");
    CHECK(page.header("Content-Type") == "text/html; charset=utf-8");
    CHECK(page.header("X-Content-Type-Options") == "nosniff");
    CHECK(page.header("Cache-Control") == "no-cache");
    CHECK(get("/app.js?v=1").header("Content-Type") == "text/javascript; charset=utf-8");
    CHECK(get("/empty.css").body.empty());
    CHECK(get("/empty.css").header("Content-Length") == "0");
    CHECK(get("/sub").header("Location") == "sub/");
    CHECK(get("/sub/").body == "<h1>sub</h1>");
    CHECK(get(support::polling_target).body.starts_with("0{"));
    CHECK(get("/socket.io/app.js").status == 404);
    CHECK(guest().connected());
}

TEST_CASE_FIXTURE(served::house, "HEAD says how long the file is, and sends none of it")
{
    caller.send("HEAD /app.js HTTP/1.1\r\nHost: a\r\n\r\n" + get_request("/app.js"));
    auto const head = caller.reply(true);
    CHECK(head.status == 200);
    CHECK(head.header("Content-Length") == "6");
    CHECK(head.header("ETag") == caller.reply().header("ETag"));
    caller.send("HEAD /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(caller.reply(true).status == 404);
    CHECK(get("/app.js").body == "run();");
}

TEST_CASE_FIXTURE(served::house, "what the browser has is not sent again, and the next answer is found")
{
    std::string const tag = get("/app.js").header("ETag");
    auto const kept = get("/app.js", "If-None-Match: " + tag + "\r\n");
    CHECK(kept.status == 304);
    CHECK(kept.header("ETag") == tag);
    CHECK(kept.header("Content-Length").empty());
    CHECK(kept.header("Content-Type").empty());
    CHECK(get("/app.js", "If-Modified-Since: " + get("/app.js").header("Last-Modified") + "\r\n").status == 304);
    CHECK(get("/app.js", "If-None-Match: \"other\"\r\n").body == "run();");
    folder.write("public/app.js", "run(1);");
    CHECK(get("/app.js", "If-None-Match: " + tag + "\r\n").body == "run(1);");
}

TEST_CASE_FIXTURE(served::house, "a part of a file is not to be had: all of it comes, as it may")
{
    auto const whole = get("/app.js", "Range: bytes=0-2\r\n");
    CHECK(whole.status == 200);
    CHECK(whole.body == "run();");
    CHECK(whole.header("Content-Range").empty());
}

TEST_CASE_FIXTURE(served::house, "no way of asking leads out of the folder")
{
    for (std::string_view const target : {"/../secret.txt", "/%2e%2e/secret.txt", "/%2E%2E/secret.txt", "/.%2e/secret.txt",
             "/..%2fsecret.txt", "/%2e%2e%2fsecret.txt", "/..%5csecret.txt", "/..\\secret.txt", "/%252e%252e/secret.txt",
             "/sub/../../secret.txt", "/sub/..%2f..%2fsecret.txt", "/..%c0%afsecret.txt", "/%c0%ae%c0%ae/secret.txt",
             "/..;/secret.txt", "/./../secret.txt", "//../secret.txt", "/sub//../../secret.txt", "/app.js%00",
             "/app.js%00.html", "/%00", "/out.txt", "/out%2etxt", "/socket.io/../../secret.txt", "/?/../secret.txt/..",
             "/%2fetc%2fpasswd", "//etc/passwd", "/%2e", "/.", "/..", "/%"}) {
        auto const reply = get(target);
        CHECK_MESSAGE((reply.status == 404 || (reply.status == 200 && reply.body == "<h1>top</h1>")), target);
        CHECK_MESSAGE(reply.body.find("secret") == std::string::npos, target);
    }
    for (std::string_view const target : {"http://127.0.0.1/app.js", "*", "app.js", "127.0.0.1:80"})
        CHECK_MESSAGE(get(target).status == 404, target);
    std::string const absolute = folder.path("secret.txt");
    CHECK(get(absolute).status == 404);
    CHECK(get("/" + absolute).status == 404);
}

TEST_CASE_FIXTURE(served::house, "nothing but GET and HEAD is done to files")
{
    for (std::string_view const method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"}) {
        caller.send(std::string{method} + " /app.js HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
        auto const reply = caller.reply();
        CHECK_MESSAGE(reply.status == 405, method);
        CHECK(reply.header("Allow") == "GET, HEAD");
    }
    CHECK(get("/app.js").body == "run();");
}

TEST_CASE("a file over the bound is an error of the server's, whoever asks")
{
    served::house house{{.file_size = 5}};
    CHECK(house.get("/app.js").status == 500);
    CHECK(house.get("/empty.css").status == 200);
}

TEST_CASE_FIXTURE(served::house, "a large file comes whole, and the next answer is found")
{
    std::string const text = write_large(3'000'001);
    auto const whole = get("/large.bin");
    CHECK(whole.body == text);
    CHECK(whole.header("Content-Length") == "3000001");
    CHECK(whole.header("Content-Type") == "application/octet-stream");
    caller.send("HEAD /large.bin HTTP/1.1\r\nHost: a\r\n\r\n" + get_request("/large.bin") + get_request("/app.js"));
    CHECK(caller.reply(true).header("Content-Length") == "3000001");
    CHECK(caller.reply().body == text);
    CHECK(caller.reply().body == "run();");
    CHECK(get("/large.bin", "Connection: close\r\n").body == text);
    CHECK(caller.until_ended());
}

TEST_CASE_FIXTURE(served::house, "a file that becomes shorter while it is sent ends the connection, and one that grows is sent as it was")
{
    std::string const text = write_large(30'000'000);
    asio::ip::tcp::socket slow{context};
    slow.connect({asio::ip::address_v4::loopback(), io.port()});
    asio::write(slow, asio::buffer(get_request("/large.bin", "Connection: close\r\n")));
    REQUIRE(until([&] { return slow.available() > 100000 && context.poll() == 0; }));
    std::size_t expected = text.size();
    SUBCASE("longer") { std::filesystem::resize_file(folder.path("public/large.bin"), 40'000'000); }
    SUBCASE("shorter")
    {
        expected = 20'000'000;
        std::filesystem::resize_file(folder.path("public/large.bin"), expected);
    }
    std::string received(40'000'000, ' ');
    std::size_t count = 0;
    asio::async_read(slow, asio::buffer(received), [&](std::error_code, std::size_t all) { count = all; });
    CHECK(until([&] { return count != 0; }));
    received.resize(count);
    std::size_t const head = received.find("\r\n\r\n") + 4;
    CHECK(received.find("Content-Length: 30000000\r\n") < head);
    CHECK(received.size() - head == expected);
    CHECK(std::string_view{received}.substr(head) == std::string_view{text}.substr(0, expected));
}
