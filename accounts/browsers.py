"""A browser's name for people: "Firefox on Linux". Good enough to know one's own devices by; nothing depends on it."""

# In this order: each claims to be the ones below it as well.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
    "curl/": "curl",
    "python-": "Python",
    "axios/": "Node",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def name(user_agent):
    browser = next((word for mark, word in BROWSERS.items() if mark in user_agent), "Unknown browser")
    system = next((word for mark, word in SYSTEMS.items() if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser
