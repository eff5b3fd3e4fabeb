// The window: rooms with their unread messages, one of them open, and who is there.
#pragma once

#include "chat_client.hpp"
#include "room_view.hpp"

#include <QMainWindow>
#include <QTimer>

#include <map>

class QImage;
class QLabel;
class QLineEdit;
class QListWidget;
class QListWidgetItem;
class QPushButton;
class QStackedWidget;

class chat_window : public QMainWindow {
    Q_OBJECT

public:
    chat_window(QString const& url, QString const& name);

    // Opens a room, and joins it.
    void open_room(QString const& name);
    void close_room(QString const& name);
    void send_picture(QImage const& picture);

private:
    void build();
    QWidget* build_rooms();
    QWidget* build_talk();
    void listen();

    void show_state(chat_client::state now, QString const& why);
    void show_rooms();
    void show_current();
    room_view* current() const;
    room_view* find_room(QString const& name) const;
    void change(QString const& room, void (room_view::*how)(QString const&), QString const& name);
    void take(QString const& room, message const& what);
    void say(message what);
    void stop_typing();

    void send_text();
    void tell_typing();
    void ask_for_picture();
    void ask_for_name();

    chat_client client_;
    std::map<QString, room_view*> rooms_; // of pages_
    QString typing_in_;                   // empty: nowhere
    QTimer typing_ends_;

    QWidget* banner_;
    QLabel* banner_text_;
    QPushButton* retry_;
    QListWidget* room_list_;
    QLineEdit* room_name_;
    QStackedWidget* pages_;
    QLabel* typing_;
    QLineEdit* text_;
    QPushButton* send_;
    QPushButton* picture_;
    QListWidget* members_;
};
