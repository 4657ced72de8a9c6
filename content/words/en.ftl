# What the bot says outside of sessions. `id = text`; {$name} is filled in. Ids that begin with "word-" list, with | between
# them, the words that act when they are a whole message.

### Before a session

start =
    I'm Easeback. I lead you through calm, slow moves for a sore back, one at a time.
    I'm not a doctor, and not a medical device.
    You can stop any time: tap End, or write “stop”.

notice-short = Anything new since last time?
notice-before = Before you move.
notice-now = Get help now if you have:
notice-see = See someone first if any of these fit:
notice-see-fold = See someone first if any of these fit (tap to open):
unsure-which = Which list?
unsure-first = Can't tell? Take the first.

held-see = Let's leave out all moves for now. Please talk to a doctor or physio. With fever, weight loss, cancer or night pain: in the next day or two. Resting and breathing stay open.
held-wait = Movements wait for a full day. No help yet? Please get it now. Breathing stays open.
held-seen = Have you been seen, and was gentle movement said to be fine?
held-agreed = Did a doctor or physio say yes to slow, small moves?

position-which = How would you like to be today?
position-chair = Chair: you sit, and move a little.
position-mat = Mat: you move on the floor, lying and sitting.
position-stand = Standing: you stand by a chair, and move a little.
position-lying = Lying: in bed or on a mat, with small moves.
position-rest = Rest: no moving. You think of your back growing soft.

weigh-intro = With what you leave out, some steps are rested through:
weigh-in = { $position }: { $out } of { $of }
weigh-chair = In the chair
weigh-mat = On the mat
weigh-stand = Standing
weigh-lying = Lying

sessions-which = Which one today?
sessions-about = about { $minutes } min · { $where }
in-chair = chair
in-mat = mat
in-rest = rest
in-stand = standing
in-lying = lying

leave-out-which = Which of these fit you?
leave-out-rest = What does not suit you is left out. You rest through it.
leave-out-imagine = What does not suit you is left out. You see it in your mind. If it stings, rest.
leave-out-ask = May I keep the moves to leave out? I keep no word of this list. Or it holds only for today.
tick-bones = Thin bones
tick-canal = Narrow canal or slipped disc
tick-hip = New hip
tick-pregnant = Pregnant
tick-leg = Leg pain or tingling
tick-shoulder = Sore shoulder or neck
tick-floor = Can't kneel, or get to the floor
tick-unsteady = Unsteady when standing
tick-dizzy = Dizzy, or high eye pressure

### In a session

step-place = {$name} · {$n} of {$of} · about {$minutes} min left
step-listen = ▶ Tap to listen
step-soften = Soften
step-caution = Note:
step-next = Next: {$name}
settle-much = That is a lot. Shall we begin with breathing?
settle-score = First, if you like, tap your pain now: 0 is none, 10 is the worst.
side-left = left
side-right = right
side-swap = Swap.
breath-own = At your own pace.
breath-calm = From the next step on: in for 4, out for 6.
breath-easier = From the next step on: in for 3, out for 4.
twin-again = See it again.
quiet-name = Quiet
quiet-show = Thirty more quiet seconds. Nothing to do.

hurt-ease = Ease out slowly.
hurt-what = Sharp, or down a leg? Tap that first. Or rest through this step, or leave this move out.
hurt-then = Rest through this step, or leave this move out? Or end here.
signs-any = Do you have any of these?
hurts-outside = Rest the way that hurts least. New numbness, weakness or toilet trouble? Call {$number}.

paused-you = Paused. Come back when you like.
paused-late = We got cut off. Go on from here?
paused-lost = The last message may not have reached you. Go on from here?
paused-idle = Paused, as it was quiet here. Come back when you like.
paused-away = Paused, as you were away. Come back when you like.
paused-restart = You are in the middle of a session. Go on, or start over?
paused-kept = All is kept. Your session waits here. Come back when you like.
paused-unread = Paused here. Come back when you like.
paused-restored = I lost track of the last part, so we wait here. If it hurt, tap that first. If a warning sign came up, tap End, and see someone. Or go on when you like.

### After a session

closing-done = That is all for now. Go gently.
closing-ended = Well stopped. Rest as long as you like.
closing-score = Pain now? 0 is none, 10 is the worst. Only if you like.
summary-time = { $minutes ->
        [one] You gave your back one minute.
       *[other] You gave your back {$minutes} minutes.
    }
summary-easier = { $points ->
        [one] 1 point easier than when you began. Nice to know.
       *[other] {$points} points easier than when you began. Nice to know.
    }
summary-same = The same as when you began. That happens.
summary-up = One point up from when you began. That happens. Rest the way that hurts least.
summary-up-much = That went up. Let's stop for today. Rest the way that hurts least. New numbness, weakness or toilet trouble? Call {$number}.

summary-week = { $goal ->
        [one] That is { $days } of your 1 day this week.
       *[other] That is { $days } of your { $goal } days this week.
    }
summary-found-easier = These sessions you found easier: { $sessions }.
summary-times = How the last times went, before → after:
summary-up-thrice = It went up each of the last three times. Please let a doctor or physio look at this.
keep-ask = May I keep this, to show you how it goes?
keep-what = When you practised and what, your scores, if it hurt, and what you leave out: for 12 months. A tap in /privacy ends it.
summary-lighter = Next time, something lighter? Two minutes, or only rest.

### Last lines, when nothing runs

idle-not-now = All right. I'm here when you like.
idle-stopped = All right, we stop here. I'm here when you like.
idle-kept = All is kept. I'm here when you like.
idle-held-now = Please stop here. I can't judge this for you. It may need care today. Call {$number}. Movements wait for a day.
idle-held-still = Movements wait. Please see someone soon. Breathing stays open: /sessions

### Forget me

forget-ask = Erase all that I keep about you? This can't be undone.
forgotten = Done. All that I kept about you is gone.

### Reminders

remind-0 = Your pause is ready when you are.
remind-1 = A quiet moment?
remind-2 = Here when you like.
remind-paused = Your session waits where you stopped. Go on when you like.
remind-ask = I have come by a few times. Another hour, fewer days, or no more of these?
remind-when = When shall I come by? Once a day.
remind-daily = Each day at { $time }, by the clock of { $city }. I come once a day. To change it, tap.
remind-on = At { $time }, by the clock of { $city }, on the days with a tick. To change it, tap.
remind-slow = I come once a week now: it was quiet here for a while.
remind-still = I keep still now: it was quiet here for a while.
remind-off = No more of these. To have them back: /remind
remind-one-day = One day has to stay. Or tap “No more of these”.
day-0 = Mon
day-1 = Tue
day-2 = Wed
day-3 = Thu
day-4 = Fri
day-5 = Sat
day-6 = Sun
time-unknown = I can't read a time in that.
ask-time = At what time? Write it, such as 7:30.
ask-time-field = 7:30
ask-zone = Which big town is near you? Or what does your clock show?
ask-zone-only = Which big town is near you, or what does your clock show?
zone-here = Your clock shows { $time }, as in { $city }.
ask-zone-field = Town, or time
zone-is-it = Is it { $time } where you are?
zone-which = Which one has your time?
zone-unknown = I don't know that one. What your clock shows is enough.
later-at = All right, at { $time }.
later-not = All right, not today.
later-too-late = That would be after midnight. So not today.

### How it goes

today = today
date = { $day } { $month }
month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec
progress-week = { $days ->
        [0] This week is still open
       *[other] { $goal ->
            [one] { $days } of your 1 day this week
           *[other] { $days } of your { $goal } days this week
        }
    }
progress-count = { $sessions ->
        [one] In the last 30 days: 1 session
       *[other] In the last 30 days: { $sessions } sessions
    }, { $days ->
        [one] on 1 day
       *[other] on { $days } days
    }
progress-changes = { $scored ->
        [one] One session has both scores. Less pain after { $less }, the same after { $same }, more after { $more }.
       *[other] { $scored } sessions have both scores. Less pain after { $less }, the same after { $same }, more after { $more }.
    }
progress-pain = Pain by day
progress-before = before
progress-after = after
progress-scale = 0 none · 10 worst
progress-calendar = When you took time
progress-easier = Sessions you found easier
progress-easier-one = { $name } ({ $runs } times)
progress-not-kept = I keep no scores, and no list of when you practised. So there is nothing to show. Shall I, from now on? For 12 months, and a tap in /privacy ends it.
progress-none = There is nothing to show yet. It begins with your next session. Two minutes count.
progress-back-yes = All right. The first reminder of a week has a look back.
progress-back-no = All right, no more looking back.
progress-back-needs = I bring it with the first reminder of a week. You have no reminder yet.
week-title = Last week
week-none = No session last week. That happens. Here when you like.
week-days = { $days ->
        [one] 1 day of the { $goal } you had in mind
       *[other] { $days } days of the { $goal } you had in mind
    }, { $minutes } min in all.
days-title = Day by day
days-run = { $weekday } { $date }: { $name }
days-minutes = { $minutes } min
days-pain = pain { $before } before, { $after } after
button-progress = How it goes
button-progress-days = Day by day
button-last-week = Last week
button-look-back = Look back each week
button-no-look-back = No more looking back

### Settings, help, privacy

language = English
set-title = How you like it
set-pace-slower = Pace: slower
set-pace-normal = Pace: normal
set-pace-faster = Pace: faster
set-pace-which = How much time shall a step have?
set-timed-yes = Timed: the next step comes by itself
set-timed-no = At your pace: each step waits for Done
set-voice-yes = Voice and text, from the next session on
set-voice-no = Text alone, from the next session on
set-sounds-yes = Each step in text makes a sound
set-sounds-no = Steps in text come in silence
set-breath-calm = Breath: in for 4, out for 6
set-breath-easier = Breath: in for 3, out for 4
set-breath-own = Breath: your own, with no count
set-breath-which = How shall I count your breath?
set-days = Days a week: { $days }
set-days-which = On how many days a week would you like to do this? Two minutes count.
set-where = Where you do it: as last time
set-out-some = Some moves are left out
set-out-kept = I keep the moves to leave out, and no word of this list.
set-out-poses = { $moves ->
        [one] One more move is out: you took it out in a session.
       *[other] { $moves } more moves are out: you took them out in a session.
    }
set-language-which = Which language, from the next session on?
help-title = How this works
help-how = Send /backpain, or tap Begin. I say one thing at a time. Tap Done when you are, or let the time run. Any move can be left out.
help-words = You can write, too: done, pause, back, skip, stop, it hurts.
help-end = End if pain is sharp or sudden. End if pain or tingling moves down an arm or leg. End if you feel weak, dizzy, faint or short of breath.
safety-numbers = Where you are, call { $number }. To talk to someone: { $talk }.
privacy-title = What I keep about you
privacy-who = This bot is run by { $operator }. You reach them here: { $contact }
privacy-local = This bot runs on this computer. No one else can see it.
privacy-always = I keep what I need to work, till you erase it. Your language, your zone and your hour. How you like it. That you have read the safety notice, and if moves have to wait. Which moves to leave out, if you said so.
privacy-kept = You said I may keep when you practised and what, your scores, if it hurt, and what you leave out. I keep it for 12 months, to show you how it goes.
privacy-not-kept = I keep no scores, and no list of when you practised.
privacy-rights = It is sealed with a key. I show it to no one, and use it for nothing else. Please write no health details here. /forget erases all of it.
privacy-version = Version { $version }, { $date }.

### A printed code

code-says = Your code: { $session }, { $where }.
code-out = Left out this time: { $boxes }.
code-unknown = I don't know this code. Ask for a new one where you got it. You can begin without it.
code-in-run = You are in a session. Stop it first, then open your code again.

### A person's own data

export-ask = All that I keep about you, as a file. It comes here, so it travels through Telegram. Shall I send it?
export-here = All that I keep about you. README.txt says what is in it.
rows-place = { $at } of { $of }
rows-table-chats = This chat: where we are
rows-table-people = What I know of you
rows-table-reminders = Your reminder
rows-table-runs = A session you did
rows-table-erased = That you left once
rows-table-other = Something else
rows-none = I keep nothing about you.
rows-cut = … The rest is in /export.
rows-erase-runs = Erase this session?
rows-erase-reminders = Erase your reminder? I come no more, then.
rows-erase-people = Erase what I know of you? I ask anew, then. Your reminder and all your sessions go, too. If moves have to wait, they still do. That you read the safety notice stays, too.
rows-gone = It is gone.
button-rows = Show me all of it
button-export = Send me a file
button-export-yes = Send it
button-rows-erase = Erase this
button-rows-before = ←
button-rows-after = →

### Direct answers

late-tap = That one is over. We are here now.
slow-down = That was a lot at once. Let's slow down. “Stop” and “it hurts” always work.
no-fit = That doesn't fit here. Use the buttons under the last message.
nothing-running = Nothing runs right now. To begin: /backpain
idle = I read only buttons and a few words. To begin: /backpain
no-chat = I don't know this chat any more. Write /start to begin.
not-allowed = This bot is for a few invited people. I'm sorry that I can't help you here.
group = I'm a quiet bot, and only work one to one. Please write to me in a chat of our own.
pace-timed = Timed: the next step comes by itself.
pace-mine = At your pace: each step waits for Done.
toast-plus = 30 more quiet seconds.
toast-leave = Left out for this session.
toast-leave-kept = Left out from now on. To have it back: /settings
tick-in-another = Another box has that in it.
toast-further = Next, after this: {$name}, about {$minutes} min.

### Buttons

button-begin = Begin
button-none = None of these
button-same = None of these, as last time
button-change = None, but change something
button-unsure = Yes or not sure
button-notnow = Not now
button-now = Get help now
button-see = See someone first
button-return = Back
button-yes = Yes, gentle movement is fine
button-notyet = Not yet
button-chair = Chair
button-rest = Rest
button-mat = Mat
button-stand = Standing
button-lying = Lying
button-breathing = Breathing
button-leave-out = Some movements aren't for me
button-keep-out = Keep this for next time
button-today = Only today
button-imagine = See it instead
button-resting = Rest instead
button-sessions = Other sessions
button-go-two = Two minutes
button-breathing-first = Breathing first
button-go-on = Done, go on
button-further = {$name} · {$minutes} min
button-further-rest = {$name}, resting · {$minutes} min
button-breath-calm = Breathe 4 in, 6 out
button-breath-easier = Easier: 3 in, 4 out
button-breath-own = My own breath
button-done = ✓ Done
button-hurts = It hurts
button-pause = Pause
button-again = Again
button-more = More
button-less = Less
button-back = Back
button-skip = Skip
button-plus = +30 s
button-pace-mine = At my pace
button-pace-timed = Timed
button-end = End
button-resume = Go on
button-over = Start over
button-twin = Rest through it
button-leave = Leave it out
button-sharp = Sharp, or down a leg
button-noscore = No score
button-erase = Erase all
button-keep = Keep

button-keep-yes = Yes, keep it
button-keep-no = No
button-remind-me = Remind me tomorrow?
button-remind = A reminder
button-daily = Daily reminder
button-settings = How you like it
button-safety = When to stop
button-privacy = What I keep
button-set-pace = Pace
button-set-timed = Timed steps
button-set-mine = At my pace
button-set-voice = With voice
button-set-text = Text alone
button-set-sounds = Let steps sound
button-set-silent = In silence
button-set-breath = Breath
button-set-days = Days a week
button-set-where = Ask me where next time
button-set-out = What is left out
button-set-poses = Take them in again
button-set-zone = Where I am
button-set-remind = Reminder
button-set-language = Language
button-pace-slower = Slower
button-pace-normal = Normal
button-pace-faster = Faster
button-privacy-no = Keep it no more
button-privacy-forget = Erase all
button-zone-yes = Yes
button-zone-no = No
button-zone-other = None of these
button-zone-list = From a list
button-remind-time = Another time
button-remind-hour = Another hour
button-remind-days = Fewer days
button-remind-zone = Where I am
button-remind-again = Come as before
button-remind-off = No more of these
button-later-ten = In 10 min
button-later-hour = In 1 hour
button-later-evening = This evening
button-later-not = Not today

### Words that act, as a whole message

word-done = done|next|ready|ok|okay
word-hurts = it hurts|this hurts|that hurts|it hurts a lot|my back hurts|hurts|hurt|ouch|ow|pain
word-pause = pause|wait|hold on|one moment
word-resume = resume|go on|continue|carry on|i am back|i'm back
word-again = again|repeat|once more
word-back = back|go back
word-skip = skip|skip it|skip this
word-stop = stop|stop now|stop it|please stop|end|quit|enough
word-backpain = begin|back pain
word-sessions = sessions|other sessions

### What Telegram shows about us

command-start = Who I am
command-backpain = A calm session for your back
command-sessions = All sessions, short and long
command-remind = A daily reminder, at your hour
command-progress = How it goes, in a picture and in words
command-settings = Pace, voice, and what to leave out
command-help = How this works
command-safety = When to stop, and where to call
command-privacy = What I keep about you
command-export = All that I keep about you, as a file
command-pause = Pause the session
command-resume = Go on where you paused
command-again = Hear this step again
command-back = Go one step back
command-skip = Skip this step
command-stop = Stop the session
command-forget = Erase all that I keep about you
bot-description =
    Calm, slow sessions for a sore back, in a chair, on a mat or at rest. One small step at a time, by voice or by text. You can pause, skip or stop any time.

    For adults. For your general wellbeing, not medical advice. I'm not a doctor, and not a medical device.
bot-short-description = Calm, slow sessions for a sore back, one small step at a time. Not medical advice.
