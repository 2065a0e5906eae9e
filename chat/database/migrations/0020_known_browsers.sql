-- The browsers that each person has signed in with (a hash of what they call themselves): a mail tells of one more.
CREATE TABLE known_browser (
    user_id integer NOT NULL REFERENCES user_profile,
    browser bytea NOT NULL,
    PRIMARY KEY (user_id, browser)
);
INSERT INTO known_browser (user_id, browser)
    SELECT DISTINCT user_id, sha256(convert_to(user_agent, 'UTF8')) FROM session;
