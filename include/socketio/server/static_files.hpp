// Serves the files of a folder to browsers. Knows no sockets: a request goes in, an answer comes out.
#pragma once

#include <socketio/core/config.hpp>
#include <socketio/core/provided.hpp>
#include <socketio/net/http_message.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

namespace socketio {

// The way to serve the files of a folder. Names of files and folders are those of the URL, percent-decoded.
struct serve_files_options {
    std::string index = "index.html";       // the page of a folder; empty: folders are answered with 404
    std::size_t file_size = 64 * 1024 * 1024; // bytes of one file; larger ones are answered with 500
    // Serves names that begin with a dot; ".well-known" is always served. On Windows the option also covers
    // names of the form "GIT~1", since they may be second names of such files.
    bool hidden_files = false;
    std::string cache_control = "no-cache"; // the browser stores a file, and asks each time whether it has changed
    string_pairs content_types{};           // additional or other types, by file extension: {"gltf", "model/gltf+json"}
};

// Answers GET and HEAD with the files of one folder and its subfolders, and never with a file outside of it,
// links included. Other methods are answered with 405, missing files with 404, unreadable ones with 403. 503
// means that the process has reached its limit of open files. A file's ETag consists of its length and its time;
// a conditional request may be answered with 304 (RFC 9110, section 13.1). No ranges. Any thread.
// A file of up to 64 KiB is read inside the call, which waits for the disk. A larger one is the answer's
// `source`, instead of `body`: it stays open, and is read in pieces of 64 KiB as the client accepts them. If it
// becomes shorter in the meantime, the connection ends.
// Copies share their data.
class file_server {
public:
    // See serve_files().
    file_server(std::filesystem::path const& folder, serve_files_options settings);

    // Does not throw, except when memory runs out.
    http_response operator()(http_request const& request) const;

private:
    struct state;
    std::shared_ptr<state const> state_;
};

// For the server's on_request():
//
//     io.on_request(socketio::serve_files("public"));
//
// A relative path is resolved against the current folder of the program. Throws std::system_error if the folder
// does not exist.
inline file_server serve_files(std::filesystem::path const& folder, serve_files_options settings = {})
{
    return file_server{folder, std::move(settings)};
}

} // namespace socketio

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/server/impl/static_files.ipp>
#endif
