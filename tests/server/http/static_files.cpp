#include <socketio/server/static_files.hpp>

#include <socketio/wire/http_date.hpp>

#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <random>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

using socketio::http_request;
using socketio::http_response;

namespace {

// A folder "public" with a secret beside it.
struct site {
    support::temporary_folder folder;
    site()
    {
        for (char const* each : {"public/sub/deep", "public/.git", "public/.well-known", "public/no index"})
            std::filesystem::create_directories(folder.path(each));
        folder.write("secret.txt", "secret");
        folder.write("public/index.html", "<h1>top</h1>");
        folder.write("public/app.js", "run();");
        folder.write("public/a b+c%.txt", "odd");
        folder.write("public/sub/index.html", "<h1>sub</h1>");
        folder.write("public/.git/config", "hidden");
        folder.write("public/.well-known/security.txt", "Contact:");
    }
    std::string top() const { return folder.path("public"); }
    socketio::file_server serve(socketio::serve_files_options settings = {}) const
    {
        return socketio::serve_files(top(), std::move(settings));
    }
    http_response get(std::string target, socketio::string_pairs headers = {}) const
    {
        return serve()(http_request{"GET", std::move(target), std::move(headers), {}, {}});
    }
    // The body, or the status if it is not 200.
    std::string body(std::string target) const
    {
        auto answer = get(std::move(target));
        return answer.status == 200 ? answer.body : std::to_string(answer.status);
    }
};

// As long as it is there the process cannot open any more files.
class shortage_of_files {
public:
    shortage_of_files()
    {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        rlimit few = before_;
        few.rlim_cur = 128;
        ::setrlimit(RLIMIT_NOFILE, &few);
        for (int one = ::open("/dev/null", O_RDONLY); one >= 0; one = ::open("/dev/null", O_RDONLY))
            taken_.push_back(one);
    }
    shortage_of_files(shortage_of_files const&) = delete;
    shortage_of_files& operator=(shortage_of_files const&) = delete;
    ~shortage_of_files()
    {
        for (int const each : taken_)
            ::close(each);
        ::setrlimit(RLIMIT_NOFILE, &before_);
    }

private:
    rlimit before_{};
    std::vector<int> taken_;
};

std::string header(http_response const& of, std::string_view name)
{
    for (auto const& each : of.headers)
        if (each.first == name)
            return each.second;
    return {};
}

} // namespace

TEST_CASE("files are served by their names, and folders by their index")
{
    site const here;
    CHECK(here.body("/app.js") == "run();");
    CHECK(here.body("/app.js?v=2") == "run();");
    CHECK(here.body("/") == "<h1>top</h1>");
    CHECK(here.body("/?page=1") == "<h1>top</h1>");
    CHECK(here.body("/sub/") == "<h1>sub</h1>");
    CHECK(here.body("/sub/index.html") == "<h1>sub</h1>");
    CHECK(here.body("/a%20b+c%25.txt") == "odd");
    CHECK(here.body("/%61pp%2Ejs") == "run();");
}

TEST_CASE("what is not there is not found")
{
    site const here;
    for (char const* target : {"/nothing", "/sub/nothing.html", "/no%20index/", "/no%20index", "/sub/deep", "/app.js/", "/app.js/x",
                               "//", "//app.js", "/sub//index.html", "", "?", "app.js", "*", "http://host/app.js", "/app.js#x"})
        CHECK_MESSAGE(here.body(target) == "404", target);
    CHECK(here.body("/" + std::string(5000, 'a')) == "404");
    std::string deep;
    for (int i = 0; i < 5000; ++i)
        deep += "/a";
    CHECK(here.body(deep) == "404");
}

TEST_CASE("no path leads out of the folder")
{
    site const here;
    std::string const absolute = here.folder.path("secret.txt");
    for (std::string const& target :
         {std::string{"/../secret.txt"}, std::string{"/sub/../../secret.txt"}, std::string{"/%2e%2e/secret.txt"},
          std::string{"/.%2E/secret.txt"}, std::string{"/..%2fsecret.txt"}, std::string{"/%2e%2e%2fsecret.txt"},
          std::string{"/sub/..%2f..%2fsecret.txt"}, std::string{"/..\\secret.txt"}, std::string{"/..%5csecret.txt"},
          std::string{"/%252e%252e/secret.txt"}, std::string{"/..%c0%afsecret.txt"}, std::string{"/..;/secret.txt"}, absolute,
          "/" + absolute, "/%2f" + absolute.substr(1), std::string{"/."}, std::string{"/.."}, std::string{"/./app.js"},
          std::string{"/app.js%00.txt"}, std::string{"/app.js%00"}, std::string{"/sub%2findex.html"},
          std::string{"/app.js\0", 8}})
        CHECK_MESSAGE(here.body(target) == "404", target);
}

TEST_CASE("links are followed within the folder, and not out of it")
{
    site const here;
    std::filesystem::create_symlink("app.js", here.top() + "/within.js");
    std::filesystem::create_symlink("../secret.txt", here.top() + "/out.txt");
    std::filesystem::create_directory_symlink("..", here.top() + "/up");
    std::filesystem::create_directory_symlink("/", here.top() + "/everything");
    std::filesystem::create_symlink("round", here.top() + "/round");
    std::filesystem::create_directories(here.folder.path("public-too"));
    here.folder.write("public-too/x.txt", "neighbour");
    std::filesystem::create_symlink("../public-too/x.txt", here.top() + "/neighbour.txt");
    CHECK(here.body("/within.js") == "run();");
    for (char const* target : {"/out.txt", "/up/secret.txt", "/up/", "/up", "/everything/etc/passwd", "/round", "/round/x", "/neighbour.txt"})
        CHECK_MESSAGE(here.body(target) == "404", target);
    CHECK(here.body("/up/public/app.js") == "run();"); // it ends within
}

TEST_CASE("the folder itself may be a link, and may be named from where the program is")
{
    site const here;
    std::filesystem::create_directory_symlink("public", here.folder.path("linked"));
    auto const linked = socketio::serve_files(here.folder.path("linked"));
    CHECK(linked(http_request{"GET", "/app.js", {}, {}, {}}).body == "run();");

    auto const before = std::filesystem::current_path();
    std::filesystem::current_path(here.folder.name());
    auto const relative = socketio::serve_files("public/");
    std::filesystem::current_path(before);
    CHECK(relative(http_request{"GET", "/app.js", {}, {}, {}}).body == "run();");
}

TEST_CASE("names that begin with a dot are hidden unless they are asked for")
{
    site const here;
    CHECK(here.body("/.git/config") == "404");
    CHECK(here.body("/%2egit/config") == "404");
    CHECK(here.body("/.well-known/security.txt") == "Contact:");
    auto const open = here.serve({.hidden_files = true});
    CHECK(open(http_request{"GET", "/.git/config", {}, {}, {}}).body == "hidden");
    CHECK(open(http_request{"GET", "/../secret.txt", {}, {}, {}}).status == 404);
}

TEST_CASE("only what is a file or a folder is opened")
{
    site const here;
    REQUIRE(::mkfifo((here.top() + "/pipe").c_str(), 0600) == 0);
    CHECK(here.body("/pipe") == "404"); // to open it would be to wait for a writer
}

TEST_CASE("a file that cannot be opened for want of descriptors is there, and may be asked for later")
{
    site const here;
    http_response answer, missing;
    {
        shortage_of_files const now;
        answer = here.get("/app.js");
        missing = here.get("/nothing");
    }
    CHECK(answer.status == 503);
    CHECK(header(answer, "Retry-After") == "5");
    CHECK(header(answer, "ETag").empty());
    CHECK(missing.status == 404);
    CHECK(here.body("/app.js") == "run();");
}

TEST_CASE("a file that may not be read is forbidden")
{
    if (::geteuid() == 0)
        return; // who may read everything
    site const here;
    REQUIRE(::chmod((here.top() + "/app.js").c_str(), 0) == 0);
    CHECK(here.body("/app.js") == "403");
}

TEST_CASE("a large file is opened by the call, and read piece by piece")
{
    site const here;
    std::string text(200000, ' ');
    for (std::size_t i = 0; i != text.size(); ++i)
        text[i] = static_cast<char>(i * 31 + i / 777);
    here.folder.write("public/large.bin", text);
    auto const answer = here.get("/large.bin");
    CHECK(answer.status == 200);
    CHECK(answer.body.empty());
    REQUIRE(answer.source.read);
    CHECK(answer.source.size == text.size());
    std::string read, room(70000, ' ');
    for (std::size_t count = 1; count != 0;) {
        count = answer.source.read(room.data(), room.size());
        read.append(room, 0, count);
    }
    CHECK(read == text);
    CHECK(here.get("/large.bin", {{"If-None-Match", header(answer, "ETag")}}).status == 304);
    CHECK_FALSE(here.get("/large.bin", {{"If-None-Match", header(answer, "ETag")}}).source.read);
    here.folder.write("public/held.bin", text.substr(0, 64 * 1024));
    CHECK(here.body("/held.bin") == text.substr(0, 64 * 1024));
}

TEST_CASE("only GET and HEAD are answered")
{
    site const here;
    for (char const* method : {"POST", "PUT", "DELETE", "OPTIONS", "get", "", "CONNECT"}) {
        auto const answer = here.serve()(http_request{method, "/app.js", {}, {}, {}});
        CHECK_MESSAGE(answer.status == 405, method);
        CHECK(header(answer, "Allow") == "GET, HEAD");
    }
    // The connection leaves the body out.
    auto const head = here.serve()(http_request{"HEAD", "/app.js", {}, {}, {}});
    CHECK(head.status == 200);
    CHECK(head.body == "run();");
}

TEST_CASE("browsers are told the type, and not to guess another")
{
    site const here;
    here.folder.write("public/PICTURE.PNG", "x");
    here.folder.write("public/noname", "x");
    here.folder.write("public/model.gltf", "x");
    CHECK(header(here.get("/"), "Content-Type") == "text/html; charset=utf-8");
    CHECK(header(here.get("/app.js"), "Content-Type") == "text/javascript; charset=utf-8");
    CHECK(header(here.get("/PICTURE.PNG"), "Content-Type") == "image/png");
    CHECK(header(here.get("/noname"), "Content-Type") == "application/octet-stream");
    CHECK(header(here.get("/app.js"), "X-Content-Type-Options") == "nosniff");
    CHECK(header(here.get("/nothing"), "X-Content-Type-Options") == "nosniff");
    auto const more = here.serve({.content_types = {{"gltf", "model/gltf+json"}, {"js", "text/plain"}}});
    CHECK(header(more(http_request{"GET", "/model.gltf", {}, {}, {}}), "Content-Type") == "model/gltf+json");
    CHECK(header(more(http_request{"GET", "/app.js", {}, {}, {}}), "Content-Type") == "text/plain");
}

TEST_CASE("what the browser has already is not sent again")
{
    site const here;
    using namespace std::chrono;
    auto const when = sys_days{year{2024} / 5 / 6} + 7h + 8min + 9s;
    std::filesystem::last_write_time(here.top() + "/app.js", file_clock::from_sys(when));
    auto const first = here.get("/app.js");
    std::string const tag = header(first, "ETag");
    CHECK(header(first, "Last-Modified") == "Mon, 06 May 2024 07:08:09 GMT");
    CHECK(header(first, "Cache-Control") == "no-cache");
    CHECK(tag.starts_with("W/\"6-"));

    auto const status = [&](std::string name, std::string value) { return here.get("/app.js", {{std::move(name), std::move(value)}}).status; };
    CHECK(status("If-None-Match", tag) == 304);
    CHECK(status("if-none-match", "\"other\", " + tag.substr(2)) == 304);
    CHECK(status("If-None-Match", "*") == 304);
    CHECK(status("If-None-Match", "\"other\"") == 200);
    CHECK(status("If-None-Match", ",,,") == 200);
    CHECK(status("If-Modified-Since", "Mon, 06 May 2024 07:08:09 GMT") == 304);
    CHECK(status("If-Modified-Since", "Mon, 06 May 2024 07:08:08 GMT") == 200);
    CHECK(status("If-Modified-Since", "yesterday") == 200);
    auto const both = here.get("/app.js", {{"If-Modified-Since", "Mon, 06 May 2024 07:08:09 GMT"}, {"If-None-Match", "\"other\""}});
    CHECK(both.status == 200); // the tag knows better

    auto const kept = here.get("/app.js", {{"If-None-Match", tag}});
    CHECK(kept.body.empty());
    CHECK(header(kept, "ETag") == tag);
    CHECK(header(kept, "Content-Type").empty());

    std::filesystem::last_write_time(here.top() + "/app.js", file_clock::from_sys(when + 1s));
    CHECK(here.get("/app.js", {{"If-None-Match", tag}}).status == 200);
}

TEST_CASE("a folder without its slash is told where it is, from wherever the server is")
{
    site const here;
    auto const moved = here.get("/sub?x=1");
    CHECK(moved.status == 301);
    CHECK(header(moved, "Location") == "sub/?x=1");

    std::filesystem::create_directories(here.folder.path("public/javascript:alert(1)"));
    here.folder.write("public/javascript:alert(1)/index.html", "x");
    CHECK(header(here.get("/javascript:alert(1)"), "Location") == "javascript%3Aalert(1)/");
    CHECK(header(here.get("/sub?a\r\nSet-Cookie: x"), "Location") == "sub/");
    CHECK(here.body("//evil.example/..") == "404");
}

TEST_CASE("a file over the bound is not read")
{
    site const here;
    auto const small = here.serve({.file_size = 6});
    CHECK(small(http_request{"GET", "/app.js", {}, {}, {}}).status == 200);
    here.folder.write("public/app.js", "run();;");
    auto const answer = small(http_request{"GET", "/app.js", {}, {}, {}});
    CHECK(answer.status == 500);
    CHECK(answer.body.find("file_size") != std::string::npos);
}

TEST_CASE("an empty file is a file")
{
    site const here;
    here.folder.write("public/empty.txt", "");
    CHECK(here.get("/empty.txt").status == 200);
    CHECK(here.body("/empty.txt").empty());
}

TEST_CASE("without an index folders show nothing")
{
    site const here;
    auto const bare = here.serve({.index = ""});
    CHECK(bare(http_request{"GET", "/", {}, {}, {}}).status == 404);
    CHECK(bare(http_request{"GET", "/index.html", {}, {}, {}}).status == 200);
}

TEST_CASE("a folder that is not there is told at once")
{
    site const here;
    CHECK_THROWS_AS(socketio::serve_files(here.folder.path("nowhere")), std::system_error);
    CHECK_THROWS_AS(socketio::serve_files(here.folder.path("secret.txt")), std::system_error);
    auto const gone = here.serve();
    std::filesystem::remove_all(here.top());
    CHECK(gone(http_request{"GET", "/app.js", {}, {}, {}}).status == 404);
}

TEST_CASE("no request is an exception, and none gets the secret")
{
    site const here;
    std::filesystem::create_symlink("../secret.txt", here.top() + "/out.txt");
    auto const serve = here.serve({.hidden_files = true});
    std::mt19937 random{42};
    std::string const pieces[] = {"/", ".", "..", "%2e", "%2f", "%5c", "%00", "\\", "secret.txt", "sub", "public", "out.txt", "?", "%", "%zz",
                                  "\xff", " ", ";", ":", "~", std::string(300, 'x'), here.folder.name()};
    for (int i = 0; i < 3000; ++i) {
        http_request request{"GET", "/", {}, {}, {}};
        for (auto n = random() % 12; n != 0; --n)
            request.target += pieces[random() % std::size(pieces)];
        request.headers = {{"If-None-Match", request.target}, {"If-Modified-Since", request.target}};
        http_response answer;
        CHECK_NOTHROW(answer = serve(request));
        CHECK_MESSAGE(answer.body != "secret", request.target);
        CHECK_MESSAGE((answer.status == 200 || answer.status == 301 || answer.status == 404), request.target);
    }
}
