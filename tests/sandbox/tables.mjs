// Written by tests/peers/tables.mjs, not by hand: what npm's twitter-text 3.1.0 takes for a top-level domain and, with
// twemoji-parser 11.0.2, for an emoji, found by asking. The names are those of IANA's root zone of March 2020 and .onion, the
// emoji those of Unicode 11: facts, in our own form.

export const TOPS = (
  'aaa aarp abarth abb abbott abbvie abc able abogado abudhabi ac academy accenture accountant ' +
  'accountants aco active actor ad adac ads adult ae aeg aero aetna af afamilycompany afl ' +
  'africa ag agakhan agency ai aig aigo airbus airforce airtel akdn al alfaromeo alibaba alipay ' +
  'allfinanz allstate ally alsace alstom am americanexpress americanfamily amex amfam amica ' +
  'amsterdam an analytics android anquan anz ao aol apartments app apple aq aquarelle ar arab ' +
  'aramco archi army arpa art arte as asda asia associates at athleta attorney au auction audi ' +
  'audible audio auspost author auto autos avianca aw aws ax axa az azure ba baby baidu banamex ' +
  'bananarepublic band bank bar barcelona barclaycard barclays barefoot bargains baseball ' +
  'basketball bauhaus bayern bb bbc bbt bbva bcg bcn bd be beats beauty beer bentley berlin ' +
  'best bestbuy bet bf bg bh bharti bi bible bid bike bing bingo bio biz bj bl black ' +
  'blackfriday blanco blockbuster blog bloomberg blue bm bms bmw bn bnl bnpparibas bo boats ' +
  'boehringer bofa bom bond boo book booking boots bosch bostik boston bot boutique box bq br ' +
  'bradesco bridgestone broadway broker brother brussels bs bt budapest bugatti build builders ' +
  'business buy buzz bv bw by bz bzh ca cab cafe cal call calvinklein cam camera camp ' +
  'cancerresearch canon capetown capital capitalone car caravan cards care career careers cars ' +
  'cartier casa case caseih cash casino cat catering catholic cba cbn cbre cbs cc cd ceb center ' +
  'ceo cern cf cfa cfd cg ch chanel channel charity chase chat cheap chintai chloe christmas ' +
  'chrome chrysler church ci cipriani circle cisco citadel citi citic city cityeats ck cl ' +
  'claims cleaning click clinic clinique clothing cloud club clubmed cm cn co coach codes ' +
  'coffee college cologne com comcast commbank community company compare computer comsec condos ' +
  'construction consulting contact contractors cooking cookingchannel cool coop corsica country ' +
  'coupon coupons courses cpa cr credit creditcard creditunion cricket crown crs cruise cruises ' +
  'csc cu cuisinella cv cw cx cy cymru cyou cz dabur dad dance data date dating datsun day dclk ' +
  'dds de deal dealer deals degree delivery dell deloitte delta democrat dental dentist desi ' +
  'design dev dhl diamonds diet digital direct directory discount discover dish diy dj dk dm ' +
  'dnp do docs doctor dodge dog doha domains doosan dot download drive dtv dubai duck dunlop ' +
  'duns dupont durban dvag dvr dz earth eat ec eco edeka edu education ee eg eh email emerck ' +
  'energy engineer engineering enterprises epost epson equipment er ericsson erni es esq estate ' +
  'esurance et etisalat eu eurovision eus events everbank exchange expert exposed express ' +
  'extraspace fage fail fairwinds faith family fan fans farm farmers fashion fast fedex ' +
  'feedback ferrari ferrero fi fiat fidelity fido film final finance financial fire firestone ' +
  'firmdale fish fishing fit fitness fj fk flickr flights flir florist flowers flsmidth fly fm ' +
  'fo foo food foodnetwork football ford forex forsale forum foundation fox fr free fresenius ' +
  'frl frogans frontdoor frontier ftr fujitsu fujixerox fun fund furniture futbol fyi ga gal ' +
  'gallery gallo gallup game games gap garden gay gb gbiz gd gdn ge gea gent genting george gf ' +
  'gg ggee gh gi gift gifts gives giving gl glade glass gle global globo gm gmail gmbh gmo gmx ' +
  'gn godaddy gold goldpoint golf goo goodhands goodyear goog google gop got gov gp gq gr ' +
  'grainger graphics gratis green gripe grocery group gs gt gu guardian gucci guge guide ' +
  'guitars guru gw gy hair hamburg hangout haus hbo hdfc hdfcbank health healthcare help ' +
  'helsinki here hermes hgtv hiphop hisamitsu hitachi hiv hk hkt hm hn hockey holdings holiday ' +
  'homedepot homegoods homes homesense honda honeywell horse hospital host hosting hot hoteles ' +
  'hotels hotmail house how hr hsbc ht htc hu hughes hyatt hyundai ibm icbc ice icu id ie ieee ' +
  'ifm iinet ikano il im imamat imdb immo immobilien in inc industries infiniti info ing ink ' +
  'institute insurance insure int intel international intuit investments io ipiranga iq ir ' +
  'irish is iselect ismaili ist istanbul it itau itv iveco iwc jaguar java jcb jcp je jeep ' +
  'jetzt jewelry jio jlc jll jm jmp jnj jo jobs joburg jot joy jp jpmorgan jprs juegos juniper ' +
  'kaufen kddi ke kerryhotels kerrylogistics kerryproperties kfh kg kh ki kia kim kinder kindle ' +
  'kitchen kiwi km kn koeln komatsu kosher kp kpmg kpn kr krd kred kuokgroup kw ky kyoto kz la ' +
  'lacaixa ladbrokes lamborghini lamer lancaster lancia lancome land landrover lanxess lasalle ' +
  'lat latino latrobe law lawyer lb lc lds lease leclerc lefrak legal lego lexus lgbt li ' +
  'liaison lidl life lifeinsurance lifestyle lighting like lilly limited limo lincoln linde ' +
  'link lipsy live living lixil lk llc llp loan loans locker locus loft lol london lotte lotto ' +
  'love lpl lplfinancial lr ls lt ltd ltda lu lundbeck lupin luxe luxury lv ly ma macys madrid ' +
  'maif maison makeup man management mango map market marketing markets marriott marshalls ' +
  'maserati mattel mba mc mcd mcdonalds mckinsey md me med media meet melbourne meme memorial ' +
  'men menu meo merckmsd metlife mf mg mh miami microsoft mil mini mint mit mitsubishi mk ml ' +
  'mlb mls mm mma mn mo mobi mobile mobily moda moe moi mom monash money monster montblanc ' +
  'mopar mormon mortgage moscow moto motorcycles mov movie movistar mp mq mr ms msd mt mtn mtpc ' +
  'mtr mu museum mutual mutuelle mv mw mx my mz na nab nadex nagoya name nationwide natura navy ' +
  'nba nc ne nec net netbank netflix network neustar new newholland news next nextdirect nexus ' +
  'nf nfl ng ngo nhk ni nico nike nikon ninja nissan nissay nl no nokia northwesternmutual ' +
  'norton now nowruz nowtv np nr nra nrw ntt nu nyc nz obi observer off office okinawa olayan ' +
  'olayangroup oldnavy ollo om omega one ong onion onl online onyourside ooo open oracle orange ' +
  'org organic orientexpress origins osaka otsuka ott ovh pa page pamperedchef panasonic ' +
  'panerai paris pars partners parts party passagens pay pccw pe pet pf pfizer pg ph pharmacy ' +
  'phd philips phone photo photography photos physio piaget pics pictet pictures pid pin ping ' +
  'pink pioneer pizza pk pl place play playstation plumbing plus pm pn pnc pohl poker politie ' +
  'porn post pr pramerica praxi press prime pro prod productions prof progressive promo ' +
  'properties property protection pru prudential ps pt pub pw pwc py qa qpon quebec quest qvc ' +
  'racing radio raid re read realestate realtor realty recipes red redstone redumbrella rehab ' +
  'reise reisen reit reliance ren rent rentals repair report republican rest restaurant review ' +
  'reviews rexroth rich richardli ricoh rightathome ril rio rip rmit ro rocher rocks rodeo ' +
  'rogers room rs rsvp ru rugby ruhr run rw rwe ryukyu sa saarland safe safety sakura sale ' +
  'salon samsclub samsung sandvik sandvikcoromant sanofi sap sapo sarl sas save saxo sb sbi sbs ' +
  'sc sca scb schaeffler schmidt scholarships school schule schwarz science scjohnson scor scot ' +
  'sd se search seat secure security seek select sener services ses seven sew sex sexy sfr sg ' +
  'sh shangrila sharp shaw shell shia shiksha shoes shop shopping shouji show showtime shriram ' +
  'si silk sina singles site sj sk ski skin sky skype sl sling sm smart smile sn sncf so soccer ' +
  'social softbank software sohu solar solutions song sony soy space spiegel sport spot ' +
  'spreadbetting sr srl srt ss st stada staples star starhub statebank statefarm statoil stc ' +
  'stcgroup stockholm storage store stream studio study style su sucks supplies supply support ' +
  'surf surgery suzuki sv swatch swiftcover swiss sx sy sydney symantec systems sz tab taipei ' +
  'talk taobao target tatamotors tatar tattoo tax taxi tc tci td tdk team tech technology tel ' +
  'telecity telefonica temasek tennis teva tf tg th thd theater theatre tiaa tickets tienda ' +
  'tiffany tips tires tirol tj tjmaxx tjx tk tkmaxx tl tm tmall tn to today tokyo tools top ' +
  'toray toshiba total tours town toyota toys tp tr trade trading training travel travelchannel ' +
  'travelers travelersinsurance trust trv tt tube tui tunes tushu tv tvs tw tz ua ubank ubs ' +
  'uconnect ug uk um unicom university uno uol ups us uy uz va vacations vana vanguard vc ve ' +
  'vegas ventures verisign vermögensberater vermögensberatung versicherung vet vg vi viajes ' +
  'video vig viking villas vin vip virgin visa vision vista vistaprint viva vivo vlaanderen vn ' +
  'vodka volkswagen volvo vote voting voto voyage vu vuelos wales walmart walter wang wanggou ' +
  'warman watch watches weather weatherchannel webcam weber website wed wedding weibo weir wf ' +
  'whoswho wien wiki williamhill win windows wine winners wme wolterskluwer woodside work works ' +
  'world wow ws wtc wtf xbox xerox xfinity xihuan xin xperia xxx xyz yachts yahoo yamaxun ' +
  'yandex ye yodobashi yoga yokohama you youtube yt yun za zappos zara zero zip zippo zm zone ' +
  'zuerich zw ελ ευ бг бел дети ею католик ком мкд мон москва онлайн орг рус рф сайт срб укр ' +
  'қаз հայ קום ابوظبي اتصالات ارامكو الاردن البحرين الجزائر السعودية العليان المغرب امارات ' +
  'ایران بارت بازار بيتك بھارت تونس سودان سورية شبكة عراق عرب عمان فلسطين قطر كاثوليك كوم مصر ' +
  'مليسيا موبايلي موريتانيا موقع همراه پاکستان ڀارت कॉम नेट भारत भारतम् भारोत संगठन বাংলা ভারত ' +
  'ভাৰত ਭਾਰਤ ભારત ଭାରତ இந்தியா இலங்கை சிங்கப்பூர் భారత్ ಭಾರತ ഭാരതം ලංකා คอม ไทย ລາວ გე みんな クラウド ' +
  'グーグル コム ストア セール ファッション ポイント 世界 中信 中国 中國 中文网 企业 佛山 信息 健康 八卦 公司 公益 台湾 台灣 商城 商店 商标 嘉里 嘉里大酒店 在线 ' +
  '大众汽车 大拿 天主教 娱乐 家電 工行 广东 微博 慈善 我爱你 手机 手表 招聘 政务 政府 新加坡 新闻 时尚 書籍 机构 淡马锡 游戏 澳門 点看 珠宝 移动 组织机构 网址 ' +
  '网店 网站 网络 联通 诺基亚 谷歌 购物 通販 集团 電訊盈科 飞利浦 食品 餐厅 香格里拉 香港 닷넷 닷컴 삼성 한국'
).split(' ')

// For a class of a regular expression with the flag u.
export const EMOJI = {
  MARK:
    '\u{a9}\u{ae}\u{203c}\u{2049}\u{2122}\u{2139}\u{2194}-\u{2199}\u{21a9}-\u{21aa}' +
    '\u{231a}-\u{231b}\u{2328}\u{23cf}\u{23ed}-\u{23ef}\u{23f1}-\u{23f2}\u{23f8}-' +
    '\u{23fa}\u{24c2}\u{25aa}-\u{25ab}\u{25b6}\u{25c0}\u{25fb}-\u{25fe}\u{2600}-\u{2604}' +
    '\u{260e}\u{2611}\u{2614}-\u{2615}\u{2618}\u{261d}\u{2620}\u{2622}-\u{2623}\u{2626}' +
    '\u{262a}\u{262e}-\u{262f}\u{2638}-\u{263a}\u{2640}\u{2642}\u{2648}-\u{2653}' +
    '\u{265f}-\u{2660}\u{2663}\u{2665}-\u{2666}\u{2668}\u{267b}\u{267f}\u{2692}-\u{2694}' +
    '\u{2695}-\u{2696}\u{2697}\u{2699}\u{269b}-\u{269c}\u{26a0}-\u{26a1}\u{26aa}-' +
    '\u{26ab}\u{26b0}-\u{26b1}\u{26bd}-\u{26be}\u{26c4}-\u{26c5}\u{26c8}\u{26cf}\u{26d1}' +
    '\u{26d3}-\u{26d4}\u{26e9}-\u{26ea}\u{26f0}-\u{26f5}\u{26f7}\u{26f8}\u{26f9}\u{26fa}' +
    '\u{26fd}\u{2702}\u{2708}\u{2709}\u{270c}-\u{270d}\u{270f}\u{2712}\u{2714}\u{2716}' +
    '\u{271d}\u{2721}\u{2733}-\u{2734}\u{2744}\u{2747}\u{2757}\u{2763}-\u{2764}\u{27a1}' +
    '\u{2934}-\u{2935}\u{2b05}-\u{2b07}\u{2b1b}-\u{2b1c}\u{2b50}\u{2b55}\u{3030}\u{303d}' +
    '\u{3297}\u{3299}\u{1f004}\u{1f170}-\u{1f171}\u{1f17e}-\u{1f17f}\u{1f202}\u{1f21a}' +
    '\u{1f22f}\u{1f237}\u{1f321}\u{1f324}-\u{1f32c}\u{1f336}\u{1f37d}\u{1f396}-\u{1f397}' +
    '\u{1f399}-\u{1f39b}\u{1f39e}-\u{1f39f}\u{1f3cb}-\u{1f3cc}\u{1f3cd}-\u{1f3ce}' +
    '\u{1f3d4}-\u{1f3df}\u{1f3f3}\u{1f3f5}\u{1f3f7}\u{1f43f}\u{1f441}\u{1f4fd}\u{1f549}-' +
    '\u{1f54a}\u{1f56f}-\u{1f570}\u{1f573}\u{1f574}-\u{1f575}\u{1f576}-\u{1f579}\u{1f587}' +
    '\u{1f58a}-\u{1f58d}\u{1f590}\u{1f5a5}\u{1f5a8}\u{1f5b1}-\u{1f5b2}\u{1f5bc}\u{1f5c2}-' +
    '\u{1f5c4}\u{1f5d1}-\u{1f5d3}\u{1f5dc}-\u{1f5de}\u{1f5e1}\u{1f5e3}\u{1f5e8}\u{1f5ef}' +
    '\u{1f5f3}\u{1f5fa}\u{1f6cb}\u{1f6cd}-\u{1f6cf}\u{1f6e0}-\u{1f6e5}\u{1f6e9}\u{1f6f0}' +
    '\u{1f6f3}',
  TONE:
    '\u{261d}\u{26f7}\u{26f9}\u{270a}-\u{270b}\u{270c}-\u{270d}\u{1f385}\u{1f3c2}' +
    '\u{1f3c3}-\u{1f3c4}\u{1f3c7}\u{1f3ca}\u{1f3cb}-\u{1f3cc}\u{1f442}-\u{1f443}' +
    '\u{1f446}-\u{1f450}\u{1f466}-\u{1f469}\u{1f46e}\u{1f470}\u{1f471}\u{1f472}\u{1f473}' +
    '\u{1f474}-\u{1f476}\u{1f477}\u{1f478}\u{1f47c}\u{1f481}-\u{1f482}\u{1f483}\u{1f485}' +
    '\u{1f486}-\u{1f487}\u{1f4aa}\u{1f574}-\u{1f575}\u{1f57a}\u{1f590}\u{1f595}-\u{1f596}' +
    '\u{1f645}-\u{1f647}\u{1f64b}\u{1f64c}\u{1f64d}-\u{1f64e}\u{1f64f}\u{1f6a3}\u{1f6b4}-' +
    '\u{1f6b6}\u{1f6c0}\u{1f6cc}\u{1f918}-\u{1f91c}\u{1f91e}-\u{1f91f}\u{1f926}\u{1f930}-' +
    '\u{1f934}\u{1f935}\u{1f936}\u{1f937}-\u{1f939}\u{1f93d}-\u{1f93e}\u{1f9b5}-\u{1f9b6}' +
    '\u{1f9b8}-\u{1f9b9}\u{1f9d1}-\u{1f9d5}\u{1f9d6}-\u{1f9dd}',
  GENDER:
    '\u{26f9}\u{1f3c3}-\u{1f3c4}\u{1f3ca}\u{1f3cb}-\u{1f3cc}\u{1f46e}\u{1f46f}\u{1f471}' +
    '\u{1f473}\u{1f477}\u{1f481}-\u{1f482}\u{1f486}-\u{1f487}\u{1f574}-\u{1f575}' +
    '\u{1f645}-\u{1f647}\u{1f64b}\u{1f64d}-\u{1f64e}\u{1f6a3}\u{1f6b4}-\u{1f6b6}\u{1f926}' +
    '\u{1f935}\u{1f937}-\u{1f939}\u{1f93c}\u{1f93d}-\u{1f93e}\u{1f9b8}-\u{1f9b9}' +
    '\u{1f9d6}-\u{1f9dd}\u{1f9de}-\u{1f9df}',
  ROLE:
    '\u{1f33e}\u{1f373}\u{1f393}\u{1f3a4}\u{1f3a8}\u{1f3eb}\u{1f3ed}\u{1f4bb}-\u{1f4bc}' +
    '\u{1f527}\u{1f52c}\u{1f680}\u{1f692}\u{1f9b0}-\u{1f9b3}',
  ROLE_MARKED:
    '\u{2695}-\u{2696}\u{2708}'
}

export const JOINED = [
  '\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
  '\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
  '\u{1f3f4}\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}',
  '\u{1f468}\u{200d}\u{2764}\u{fe0f}\u{200d}\u{1f48b}\u{200d}\u{1f468}',
  '\u{1f468}\u{200d}\u{1f468}\u{200d}\u{1f466}\u{200d}\u{1f466}',
  '\u{1f468}\u{200d}\u{1f468}\u{200d}\u{1f467}\u{200d}\u{1f466}',
  '\u{1f468}\u{200d}\u{1f468}\u{200d}\u{1f467}\u{200d}\u{1f467}',
  '\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f466}\u{200d}\u{1f466}',
  '\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}',
  '\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f467}',
  '\u{1f469}\u{200d}\u{2764}\u{fe0f}\u{200d}\u{1f48b}\u{200d}\u{1f468}',
  '\u{1f469}\u{200d}\u{2764}\u{fe0f}\u{200d}\u{1f48b}\u{200d}\u{1f469}',
  '\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f466}\u{200d}\u{1f466}',
  '\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}',
  '\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f467}',
  '\u{1f468}\u{200d}\u{2764}\u{fe0f}\u{200d}\u{1f468}',
  '\u{1f468}\u{200d}\u{1f466}\u{200d}\u{1f466}',
  '\u{1f468}\u{200d}\u{1f467}\u{200d}\u{1f466}',
  '\u{1f468}\u{200d}\u{1f467}\u{200d}\u{1f467}',
  '\u{1f468}\u{200d}\u{1f468}\u{200d}\u{1f466}',
  '\u{1f468}\u{200d}\u{1f468}\u{200d}\u{1f467}',
  '\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f466}',
  '\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}',
  '\u{1f469}\u{200d}\u{2764}\u{fe0f}\u{200d}\u{1f468}',
  '\u{1f469}\u{200d}\u{2764}\u{fe0f}\u{200d}\u{1f469}',
  '\u{1f469}\u{200d}\u{1f466}\u{200d}\u{1f466}',
  '\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}',
  '\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f467}',
  '\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f466}',
  '\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}',
  '\u{1f3f3}\u{fe0f}\u{200d}\u{1f308}',
  '\u{1f3f4}\u{200d}\u{2620}\u{fe0f}',
  '\u{1f441}\u{200d}\u{1f5e8}',
  '\u{1f468}\u{200d}\u{1f466}',
  '\u{1f468}\u{200d}\u{1f467}',
  '\u{1f469}\u{200d}\u{1f466}',
  '\u{1f469}\u{200d}\u{1f467}'
]

export const FLAGS = (
  'AC AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ ' +
  'BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CP CR CU CV CW CX CY CZ DE DG DJ DK ' +
  'DM DO DZ EA EC EE EG EH ER ES ET EU FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ ' +
  'GR GS GT GU GW GY HK HM HN HR HT HU IC ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI ' +
  'KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP ' +
  'MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM ' +
  'PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX ' +
  'SY SZ TA TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM UN US UY UZ VA VC VE VG VI ' +
  'VN VU WF WS XK YE YT ZA ZM ZW'
).split(' ')
