// What the examples with a page have in common: their arguments, and the folders that the page may be in.
#pragma once

#include <socketio/server.hpp>
#include <socketio/static_files.hpp>

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

// program [port] [folder]..., or program --once [folder]..., which takes a port that is free and ends by itself.
struct page_arguments {
    std::filesystem::path program;
    bool once = false;
    std::uint16_t port = 3000;
    std::vector<std::filesystem::path> folders{};
};

inline page_arguments read_arguments(int argc, char** argv)
{
    page_arguments given{.program = argv[0]};
    std::string const first = argc > 1 ? argv[1] : "3000";
    given.once = first == "--once";
    auto const read = std::from_chars(first.data(), first.data() + first.size(), given.port);
    if (given.once)
        given.port = 0;
    else if (read.ec != std::errc{} || read.ptr != first.data() + first.size())
        throw std::runtime_error{"\"" + first + "\" is no port: it is " + given.program.filename().string() + " [port] [folder]..."};
    for (int i = 2; i < argc; ++i)
        given.folders.emplace_back(argv[i]);
    return given;
}

// Where the page is if nobody names its folder: beside the source, wherever that was, or beside the program.
inline std::vector<std::filesystem::path> usual_folders(std::filesystem::path const& program, std::filesystem::path const& source)
{
    std::vector<std::filesystem::path> folders{std::filesystem::path{source}.replace_filename("public"),
                                               std::filesystem::path{program}.replace_filename("public")};
#if defined(EXAMPLES_FOLDER) // for builds that name the source relative to a folder of their own
    folders.insert(folders.begin(), std::filesystem::path{EXAMPLES_FOLDER} / source.parent_path().filename() / "public");
#endif
    return folders;
}

inline bool has_page(std::filesystem::path const& folder)
{
    std::error_code ec;
    return std::filesystem::is_regular_file(folder / "index.html", ec);
}

// For on_request(): each file comes of the first folder that has it, of those that were named and of the usual one.
inline auto find_pages(page_arguments const& given, std::filesystem::path const& source)
{
    std::vector<socketio::file_server> servers;
    std::string looked;
    bool found = false;
    for (auto const& each : given.folders) {
        servers.push_back(socketio::serve_files(each));
        found = has_page(each) || found;
    }
    for (auto const& each : usual_folders(given.program, source)) {
        looked += "\n  " + std::filesystem::absolute(each).lexically_normal().string();
        if (!found && has_page(each)) {
            servers.push_back(socketio::serve_files(each));
            found = true;
        }
    }
    if (!found)
        throw std::runtime_error{"index.html is in none of the folders that were named, and not in" + looked +
                                 "\nName its folder behind the port: " + given.program.filename().string() + " 3000 <folder>"};
    return [servers = std::move(servers)](socketio::http_request const& request) {
        socketio::http_response answer;
        for (auto const& each : servers)
            if (answer = each(request); answer.status != 404)
                break;
        return answer;
    };
}
