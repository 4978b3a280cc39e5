"""The shapes of the lines around an article: whole lines, blind to case unless a part says otherwise.

Every repetition is bounded, so that no line can take long.
"""

import re
from typing import Final

#: Parts that several shapes share, written there as <name>.
_PARTS: Final = {
    "label": r"""
    (?:(?:read|see|watch|hear|discover) (?:more|next|also|now|this|too
        |on)(?: (?:on this(?: story| topic)?|stories|articles|like this|here))?
    |also (?:read|see)|must[- ]read|see also|further reading|(?:don't|dont|do not) miss(?: (?:this|out))?|icymi
    |in case you missed it
    |related(?: (?:stor(?:y|ies)|articles?|news|content|reading|coverage|posts?|links?|videos?|reads?))?
    |more(?: (?:stories|news|reading|like this|on this(?: story| topic)?|from (?-i:[A-Z])[\w .'&-]{0,40}
        |from (?:this|our|the) [\w ]{1,30}|in (?-i:[A-Z])[\w &-]{0,30}|on (?-i:[A-Z])[\w .'&-]{0,30}|top stories
        |coverage|headlines|to read|for you|to explore))
    |trending(?: (?:now|stories|news|articles|today|on .{1,30}))?
    |recommended(?: (?:for you|reading|stories|articles|videos?|reads))?
    |you (?:may|might|could)(?: also)? (?:like|enjoy|be interested in|have missed)(?: .{1,30})?
    |you'll (?:also )?(?:like|love)|latest (?:news|stories|headlines|articles|videos?|from .{1,30})
    |top (?:stories|news|reads)(?: (?:today|in|from|on)\b.{0,30})?
    |most (?:read|popular|viewed|shared|commented|watched)(?: (?:in|on
        |from) .{1,30}| stories| articles| news| now| today)?
    |editor'?s'? (?:picks?|choice)|what to (?:read|watch) next|up next|(?:next|previous) (?:up|story|article|post)
    |popular (?:now|stories|articles|posts|reads|on .{1,30}|in .{1,30}|right now)
    |(?:promoted|sponsored|paid) (?:stories|links)|(?:from )?around the web
    |from (?:the web|our (?:partners|network|archive|advertisers|sponsors))|other stories(?: .{1,30})?
    |elsewhere (?:on|in) .{1,30}|explore more(?: on .{1,30})?|today's top stories|(?:our )?best reads
    |(?:more|stories) you may (?:like|have missed)|people also read|readers also (?:liked|read))
    """,
    "loose_label": r"""
    (?:more|latest|popular|just in|watch|listen|video|gallery|podcast|in pictures|live|explained|explainer|next
    |previous|read)
    """,
    "caps_label": r"""
    (?:READ (?:MORE|NEXT|ALSO|NOW)|DON'?T MISS|SEE ALSO|RELATED|WATCH (?:MORE|NOW)|ALSO READ|TRENDING|MUST READ
    |RECOMMENDED)
    """,
    "agency": r"""
    (?:getty(?: images)?|reuters|afp|ap(?: photo)?|pa(?: wire| media| images)?|shutterstock
    |alamy(?: stock photo| live news)?|epa(?:-efe)?|istock(?:photo)?|bloomberg|press association|associated press
    |wikimedia(?: commons)?|unsplash|pexels|anadolu(?: agency)?|zuma|imago|dpa|xinhua|rex(?: features)?|swns|handout
    |supplied|file(?: photo)?)(?: images| news)?
    """,
    "platform": r"""
    \b(?:facebook|twitter|x|instagram|tiktok|youtube|whatsapp|telegram|linkedin|threads|bluesky|google news|apple news
    |pinterest|reddit|social media|mastodon|flipboard|rss|messenger|e-?mail)\b
    """,
    "month": r"""
    (?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?
    |nov(?:ember)?|dec(?:ember)?)
    """,
    "day_of_month": r"""
    (?:,? <month>\.? \d{1,2}(?:, \d{4})?)
    """,
    "day": r"""
    (?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?
    """,
    "comments": r"""
    (?:comments?|responses?|replies|thoughts)
    """,
    "time": r"""
    (?:at )?\d{1,2}(?:[:.h]\d{2}(?::\d{2})?)? ?(?:[ap]\.?m\.?)?
    """,
}


def _shape(pattern: str) -> re.Pattern[str]:
    """Compile a pattern that is broken over lines; a line break with its indentation counts for nothing."""
    for _ in range(2):  # a part may name another
        for name, part in _PARTS.items():
            pattern = pattern.replace(f"<{name}>", part)
    return re.compile(re.sub(r"\n *", "", pattern), re.IGNORECASE)


RULES: Final = {
    "advert": _shape(
        r"""
        (?:advert(?:isement|ising|orial)?s?|ads?|sponsored(?: (?:content|links?|post|by .{1,40}))?
        |promoted(?: (?:content|by .{1,40}))?|paid (?:content|post|partnership|for by .{1,40})|ads? by .{1,40}
        |(?:skip|remove|close|hide|report|why)(?: (?:this|the|these))? (?:ads?|advertisements?|adverts?)
        |(?:advertisement|advert|ad)(?:\W{1,5}| )(?:story|article|content|scroll|keep|continue|please|your)\b.{0,60}
        |(?:this|your) (?:ad|advert|advertisement) will end\b.{0,30}|ad (?:feedback|choices)|adchoices
        |taboola(?: feed)?|outbrain|in partnership with .{1,40})
        """
    ),
    "continues": _shape(
        r"""
        (?:the )?(?:story|article|report|post|content|text|interview) (?:continues?|resumes?) (?:below|under
            |beneath
            |(?:after|following) (?:this |the )?(?:ads?|adverts?|advertisements?|advertising|video|promotion
                |newsletter.{0,20}|break|image|photo|gallery))\b.{0,60}
        |scroll (?:down )?(?:to|for) (?:continue|keep|more|read|video|the)\b.{0,40}
        |(?:continue|keep) (?:reading|scrolling)(?: (?:below|after|the main story|the story|for|to)\b.{0,40})?
        |(?:click|tap|press)(?: here)? (?:to|for) (?:read|expand|see|view|watch|play|enlarge|resize|continue|more
            |subscribe|listen|open|find|join|sign|get)\b.{0,80}
        |(?:show|load|see|view) (?:more|less|all)|expand
        |(?:read|view|see) (?:the )?(?:full|whole|entire|original|rest of the) (?:story|article|report|interview
            |post)\b.{0,60}
        |read more (?:about|on|from|at|in|here)\b.{0,100}|(?:page )?\d{1,2} of \d{1,3}|(?:next|previous)(?: page)?
        |back to (?:article|story|gallery)
        """
    ),
    "share": _shape(
        r"""
        (?:click|tap)(?: here)? to (?:share|tweet|e-?mail|print)\b.{0,60}
        |(?:share|tweet|post|send|save|print|copy|pin) (?:this|it|the (?:article|story|page|post|link)|on|via
            |with)\b.{0,60}
        |(?:follow|connect with|watch|find|like|join|add|subscribe to) (?:us|me|our|@\w+
            |[\w .'&]{1,40} on)\b.{0,60}<platform>.{0,60}
        |join (?:our|the) .{0,30}(?:channel|community|group)\b.{0,60}|follow (?:us|@\w+)\b.{0,60}
        |(?:link )?copied(?: to clipboard)?!?|@\w+|add .{1,40} as (?:a )?(?:preferred|trusted) source\b.{0,40}
        |(?:save|add) (?:to|for) (?:read(?:ing)? list|favou?rites|later|bookmarks).{0,20}
        """
    ),
    "counts": _shape(
        r"""
        (?:(?:[\d.,]+ ?[km]? (?:shares?|views?|likes?|retweets?|reposts?|reactions?|followers|reads|claps)
            |(?:shares?|views|likes|retweets) ?:? ?\(?[\d.,]+ ?[km]?\)?)[\s,]{0,3}){1,4}
        """
    ),
    "comments": _shape(
        r"""
        (?:join|start|read) the (?:conversation|discussion|debate)\b.{0,40}|have your say\b.{0,80}
        |(?:show|view|see|read|hide|jump to|go to|skip to) (?:all |the )?(?:\(?[\d,]+\)? )?comments?(?: \(?[\d,]+\)?)?
        |what do you think\?.{0,30}(?:comment|let us know|tell us|have your say).{0,80}
        |(?:let us know|tell us)\b.{0,60}comments?(?: (?:section|box))?(?: below)?
        |comments? (?:are|is) (?:now )?(?:closed|moderated|disabled|turned off|subject to).{0,80}
        |(?:no|[\d.,]+k?) <comments>(?: yet)?|(?:comments?|replies) ?:? ?\(?[\d,]+\)?
        """
    ),
    "newsletter": _shape(
        r"""
        (?:sign up|subscribe|register|join|get|receive|enter|want|never miss|stay
            |for (?:the latest|more))\b.{0,200}(?:newsletters?|(?:in|to|into) your (?:inbox|e-?mail|mailbox|phone)
            |e-?mail (?:alerts?|updates?)|(?:news|breaking|push|free) (?:alerts?|notifications?)
            |(?:our|your) (?:\w+ ){0,3}(?:briefing|bulletin|e-?mails?|alerts|updates|app))\b.{0,300}
        |(?:enter )?your e-?mail(?: address)?(?: here| \*)?
        |thank(?:s| you) for (?:subscribing|signing up|registering).{0,80}
        |we(?:'ll| will)? use your sign-?up\b.{0,400}|you can (?:unsubscribe|opt out)\b.{0,200}
        |(?:unsubscribe|opt out)\b.{0,60}
        |by (?:signing up|subscribing|registering|submitting|entering your|clicking
            |providing your)\b.{0,100}\byou\b.{0,300}
        |please enter a valid\b.{0,60}|(?:more|our|all) newsletters|(?:see|read) our (?:privacy|data)\b.{0,80}
        |(?:(?:our|free|daily|weekly|morning|evening) ){0,3}newsletters?(?: sign-?up)?
        |(?:sign up|subscribe) (?:to|for) (?:(?-i:[A-Z0-9])[\w'&-]*(?: |$)){1,6}
        |sign (?:me )?up(?: (?:now|here|today|for free))?
        |subscribe(?: (?:now|here|today|for free))?|(?:download|get) (?:our|the) .{0,40}\bapp\b.{0,100}
        |this site is protected by recaptcha\b.{0,120}
        """
    ),
    "cookies": _shape(
        r"""
        (?:we|this (?:web)?site|our (?:web)?site|we and our .{0,20}partners)\b.{0,40}\b(?:use|uses|using
            |store)\b.{0,30}\bcookies\b.{0,500}
        |(?:accept|reject|manage|allow
            |decline) (?:(?:all|only|essential|necessary|optional|and|&) ){0,3}(?:cookies|close|continue)\b.{0,40}
        |cookies? (?:policy|settings|preferences|notice|consent|statement)
        |manage (?:my |your |privacy )?(?:preferences|choices|consent|settings)|(?:accept|reject|allow) all
        |we (?:value|care about|respect) your privacy\b.{0,400}
        |by (?:using|continuing to (?:use|browse)|browsing) (?:this|our|the) (?:web)?site\b.{0,300}
        |do not sell\b.{0,60}\binformation|your privacy choices
        """
    ),
    "copyright": _shape(
        r"""
        (?:©|\(c\)|copyright|\(copyright\))\W{0,3}(?:\d{4}\b.{0,400}|.{1,80}\b\d{4}\b.{0,300})|©.{1,120}
        |.{0,200}\ball rights reserved\b.{0,300}
        |.{0,200}\bmay not be (?:published|reproduced|republished|copied)[, ].{0,200}
        """
    ),
    "credit": _shape(
        r"""
        (?:(?:main|cover|lead|header|file) )?(?:photo(?:graph|graphy|s)?|photographs|images?|pictures?|pic|video
            |illustration|graphic|composite|credits?|art(?:work)?
            |source)(?: (?:credits?|source|courtesy|supplied|caption|copyright
                |illustration))?(?: (?:by|of))? ?[:/©] ?.{1,300}
        |(?:photo(?:graph|s|graphy)?|image|picture|illustration|pictured)(?:s)? (?:by|courtesy of|credit) .{1,80}
        |(?:file (?:photo|image|picture|pic)|undated photo|handout (?:photo|image)|pictured|above|below|caption
            |left|right) ?: ?.{1,300}
        |image (?:source|copyright|caption|credit),? .{1,300}|(?:media|video) caption,? .{1,300}
        |(?:view|open|enlarge|zoom) (?:this )?(?:image|gallery|photo|picture)s?\b.{0,40}
        |(?:.{0,60}(?:/|\bvia |[,|–-] ?|© ?))?<agency>
        |.{1,400}\((?:image|photo|picture|pic|credit|photograph|file photo|video still|getty|ap photo
            |.{1,40}/(?:reuters|afp|ap|pa|getty)|.{1,30}\bvia )[^()]{0,80}\)
        |.{1,400}[.!?"')\w] (?:photo(?:graph|s)?|photographs|image|picture|pic|photo credit|image credit
            |picture credit|credit) ?: ?[^.:]{1,80}
        """
    ),
    "read_time": _shape(
        r"""
        (?:est(?:imated|\.)? )?(?:(?:read(?:ing)?|listen(?:ing)?)(?: (?:time
                    |length))?\W{1,3}(?:about |approx\.? |~)?\d{1,3}(?:-\d{1,3})?[- ]?min(?:ute)?s?(?: read)?
            |(?:about |~)?(?:a )?\d{1,3}(?:-\d{1,3})?[- ]min(?:ute)?s?,? (?:\d+ sec(?:ond)?s? )?(?:to )?(?:read
                |listen|watch|reading time))
        |[\d,]{2,6} words?
        """
    ),
    "media": _shape(
        r"""
        listen to (?:this|the) (?:article|story)\b.{0,60}
        |(?:play|pause|mute|unmute|stop)(?: (?:video|audio|all|sound))?|(?:video|audio|media) player\b.{0,80}
        |full ?screen|current time\b.{0,40}|\d{1,2}:\d{2} ?/ ?\d{1,2}:\d{2}
        |your browser (?:does not|doesn't|cannot)\b.{0,100}
        |(?:watch|see) (?:the |this )?(?:full )?video(?: (?:below|above|here))?
        |loading(?: (?:video|comments|ad|player))?|(?:please )?enable javascript\b.{0,100}
        |to (?:view|see|play) this .{0,120}\b(?:javascript|browser|cookies)\b.{0,80}
        |this (?:video|content) (?:is|can)\b.{0,40}\b(?:unavailable|available|played|loaded|hosted)\b.{0,40}
        |(?:end of|skip) (?-i:[A-Za-z])[\w ]{0,30} (?:post|content|promotion|newsletter|player
            |video)(?: (?:by|\d) ?.{0,60})?
        |skip (?:advertisement|past .{1,60})
        """
    ),
    "tags": _shape(
        r"""
        (?:tags?|topics?|filed under|labels|categor(?:ies|y)|keywords|posted in|tagged(?: (?:with|as))?|more on
            |in this (?:article|story)|explore topics|related (?:topics|tags)) ?: ?.{1,300}
        |(?:#\w+[\s,]{0,3}){1,30}
        """
    ),
    "dateline": _shape(
        r"""
        (?-i:[A-Z][A-Z.'-]+(?:[, ]+[A-Z][A-Z.'-]+){0,4})(?:, (?-i:[A-Z])\w+\.?)?<day_of_month>? ?(?:\((?:ap
                |reuters|afp|pa|upi|dpa|ani|xinhua|cnn|kyodo|efe|(?-i:[A-Z]{2,8})|[\w ]{1,20} news)\)
            |[–—-])(?: ?[–—-])?
        |(?-i:[A-Z][A-Z.'-]+(?:[, ]+[A-Z][A-Z.'-]+){0,4}),? <month>\.? \d{1,2}(?:, \d{4})?(?: \(\w+\))?
        """
    ),
    "byline": _shape(
        r"""
        \(?(?:additional )?(?:reporting|writing|editing|compilation|production|edited|compiled|produced
            |fact-checked) (?:by|from) .{1,200}
        |[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}
        |(?:author|writer|reporter|words|text|story|by|published by|written by
            |posted by) ?: (?-i:[A-Z])[\w.'-]*(?: (?-i:[A-Z])[\w.'-]*){0,4}
        """
    ),
    "appeal": _shape(
        r"""
        (?:do you have|have you got|got|have) (?:a|any) (?:news )?(?:story|tip|stories|tips|news
            |correction)\b.{0,30}\?.{0,200}
        |(?:send|e-?mail) (?:us )?(?:your )?(?:tips?|stories|story|photos|letters)\b.{0,100}
        |(?:already )?(?:a )?(?:subscriber|member|subscribed|registered)\? .{0,60}|already have an account\b.{0,60}
        |support (?:our|independent|quality|local) (?:\w+ )?(?:journalism|newsroom|reporting)\b.{0,200}
        |donate(?: (?:now|today|here))?|become an? (?:\w+ )?(?:member|supporter|subscriber)\b.{0,80}
        |(?:this|the) (?:article|story|content) is (?:only )?(?:for|exclusive to
            |available (?:only )?to) (?:our )?(?:subscribers|members)\b.{0,100}
        |you have .{0,30}\barticles? (?:left|remaining)\b.{0,80}|to continue reading\b.{0,100}
        |(?:we|this (?:article|page|post|story)) (?:may )?(?:earn|contains?)\b.{0,40}\b(?:affiliate
            |commission)\b.{0,200}
        |(?:report|spotted|suggest|see) (?:an? )?(?:error|typo|correction|mistake)\b.{0,60}
        |(?:was|is) this (?:article|page|story) (?:useful|helpful|interesting).{0,40}|our standards: .{0,80}
        |get in touch (?:with us |by |via |at ).{0,100}
        |(?:e-?mail|call|text|contact) (?:us|the (?:newsdesk|newsroom)) (?:at|on|via) .{0,100}
        """
    ),
    "link": _shape(
        r"""
        (?:https?://|www\.)\S{1,500}
        """
    ),
}
TEASER: Final = _shape(
    r"""
    (?:<label>) *(?::|\||»|>|→|…|\.\.\.) *\S.{2,250}|.{3,250}(?:\.\.\.|…|\||»|>) ?read more
    |(?-i:<caps_label>)(?: *[–—-])? (?=[\"'(]?(?-i:[A-Z0-9£$€])).{3,250}
    """
)
LOOSE_TEASER: Final = _shape(
    r"""
    <loose_label>\s*[:|»>→]\s*\S.{2,250}
    """
)
OPENER: Final = _shape(
    r"""
    (?:<label>)(?:\W+(?:<label>)){0,3}
    """
)
SINGLE: Final = _shape(
    r"""
    (?:read (?:more|next|also|now|this)|also read|watch (?:next|now)|see more|up next
    |(?:next|previous) (?:story|article|post)|must[- ]read)\b
    """
)
TAG_OPENER: Final = _shape(
    r"""
    (?:tags?|topics?|filed under|keywords|related (?:topics|tags)|more on these topics|explore topics|labels)
    """
)
COMMENT_OPENER: Final = _shape(
    r"""
    (?:no <comments>(?: yet)?|(?:post|leave|add|write|submit) (?:a|your) (?:comment|reply|response)(?: below)?
    |leave a reply.{0,30}|(?:(?:reader|recent|all|top) )?comments?(?: section)?
    |be the first to (?:comment|reply|leave|post)\b.{0,40}|discussion|[\d,.]+k? <comments>(?: (?:on|to) .{1,200})?
    |comments? ?:? ?\(?[\d,]+\)?)
    """
)
COMMENT_COUNT: Final = _shape(
    r"""
    [\d,.]+k? <comments>|comments? ?:? ?\(?[\d,]+\)?
    """
)
COMMENT_FORM: Final = _shape(
    r"""
    (?:name|e-?mail(?: address)?|website|url|comment|message)(?: ?\*| \(required\))?|save my name\b.{0,120}
    |your e-?mail address will not be published.{0,80}|required fields\b.{0,40}|(?:log|sign) ?in\b.{0,60}
    |you must be logged in\b.{0,60}|notify me\b.{0,80}|reply(?: to .{1,40})?|report(?: abuse| comment)?|share|like
    |(?:(?:newer|older|next|previous) posts?|home)(?: (?:(?:newer|older) posts?|home)){0,3}
    |(?:newest|oldest)(?: first)?|most liked|sort by\b.{0,30}|subscribe to\b.{0,60}|post comments? \(atom\)
    |this site uses akismet\b.{0,120}|learn how your comment\b.{0,60}|comments? (?:are|is)\b.{0,100}
    |powered by .{1,40}|(?:cancel|post|load|submit|view|show)\b.{0,30}|up ?vote|down ?vote
    """
)
COMMENT_MARK: Final = _shape(
    r"""
    .{1,60} (?:says|wrote|commented|replied)(?: on .{1,40})?:?|reply|report abuse|report comment
    |\d{1,2} (?:second|minute|hour|day|week|month|year)s? ago.{0,20}|up ?vote|[\d,]+ likes?
    """
)
DATE_TOKEN: Final = _shape(
    r"""
    (?:<month>\.?|<day>\.?|\d{1,2}(?:st|nd|rd|th)?|(?:19|20)\d{2}|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:t[\d:.]+z?)?
    |\d{1,2}[:.h]\d{2}(?::\d{2})?(?:[ap]\.?m\.?)?|\d{1,2}[ap]m|[ap]\.?m\.?|gmt|utc|bst|cet|cest|e[sd]?t|p[sd]t|ist
    |aest|published|updated|posted|first|last|modified|created|date|edited|on|at|of|the|and|in|just|now|today
    |yesterday|ago|an?|about|(?:\d+)?(?:second|minute|min|hour|hr|day|week|month|year)s?|\d+[hmd])
    """
)
DATE_CORE: Final = _shape(
    r"""
    \b(?:<month>\.?,? (?:\d{1,2}(?:st|nd|rd|th)?\b(?!:)|\d{4})|\d{1,2}(?:st|nd|rd|th)? (?:of )?<month>\b
        |\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|ago|today|yesterday|<day>,? \d)
    |\d[hmd] ago|^just now$
    """
)
PUBLISHED: Final = _shape(
    r"""
    (?:(?:first |last )?(?:published|updated|posted|modified|created|edited)|publication date|date)\b
    """
)
CLOCK: Final = _shape(
    r"""
    <time>(?: (?:gmt|utc|bst|cet|cest|e[sd]?t|p[sd]t))?
    """
)
ROLES: Final = _shape(
    r"""
    \b(?:correspondent|editor|reporter|columnist|writer|journalist|contributor|commentator|producer|agency
    |agencie|bureau chief
    |staff)s?\b
    """
)
NAVIGATION: Final = _shape(
    r"""
    skip to .{1,40}|back to (?:top|home(?:page)?)
    |(?:open|close|toggle|show|hide|main) (?:menu|navigation|search|sidebar)|toggle navigation
    |(?:sign|log) ?(?:in|out|on)|my (?:account|profile)|about(?: us)?|contact(?: us)?
    |privacy(?: (?:policy|notice|statement|centre|center))?
    |terms(?: (?:of (?:use|service|sale)|(?:and|&) conditions))?|site ?map|advertise(?: with us)?|careers
    |accessibility(?: (?:help|statement))?|e-?paper|editorial (?:policy|guidelines|standards)|complaints|corrections
    |faqs?|help(?: cent(?:re|er))?|rss feeds?|go to .{0,20}home ?page|print edition|today's paper
    |search(?: (?:for:?|this (?:site|blog|website)))?|menu|home ?page|hamburger menu
    |choose (?:your )?(?:edition|language)|(?:uk|us|international|australia) edition|(?:older|newer) posts?
    |blog archive|powered by .{1,30}|submit (?:a )?(?:search|query)|breadcrumbs?|navigation
    """
)
#: Names of sections and labels that stand above a headline.
SECTIONS: Final = frozenset(
    name.strip()
    for name in """
    exclusive, breaking, breaking news, live, live updates, live blog, watch, video, opinion, opinions,
    analysis, comment, editorial, explainer, explained, review, reviews, interview, interviews, feature,
    features, politics, news, latest news, world, world news, uk, us, usa, eu, uk news, us news, us politics, uk
    politics, europe, asia, africa, americas, middle east, australia, canada, india, business, business news,
    money, economy, finance, markets, sport, sports, football, cricket, rugby, tennis, culture, arts, art,
    entertainment, celebrity, celebrity news, showbiz, tv, tv & radio, film, music, lifestyle, life, style,
    fashion, travel, food, health, science, environment, climate, climate crisis, tech, technology, education,
    crime, local, local news, regional, national, nation, international, weather, property, motors, cars,
    royals, royal, royal family, war, conflict, defence, defense, military, religion, society, obituary,
    obituaries, letters, investigation, investigations, special report, in depth, in focus, long read, the long
    read, premium, subscriber only, subscribers only, members only, updated, developing, developing story, just
    in, latest, home, homepage, menu, search, sections, more, fact check, perspective, ideas, books, games,
    family, parenting, photos, pictures, gallery, podcast, podcasts, sponsored, energy, transport, farming,
    community, communities, people, magazine, weekend, wellness, industry, companies, jobs, cities, housing,
    justice, security, exclusive report, column, columnists, sign in, log in, login, register, subscribe, my
    account, newsletters, all sections, the big story, top story, must read, elections, election
    """.split(",")
)
