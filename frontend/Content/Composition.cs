namespace XenFbFront.Content;

/// <summary>Characters that stand for a base character and a combining mark together.</summary>
/// <remarks>The canonical compositions of Unicode 14 (UnicodeData.txt) with marks up to U+036F, but for polytonic Greek, and those of kana.</remarks>
public static class Composition
{
    /// <summary>The character for a base with one mark.</summary>
    /// <param name="codePoint">The base; may itself be composed.</param>
    /// <param name="mark">The combining mark.</param>
    /// <returns>A code point, or -1 when there is none.</returns>
    public static int Compose(int codePoint, int mark)
    {
        ReadOnlySpan<char> pairs = PairsOf(mark);
        for (int i = 0; i < pairs.Length; i += 2)
        {
            if (pairs[i] == codePoint)
            {
                return pairs[i + 1];
            }
        }

        return -1;
    }

    /// <summary>Every base that goes with a mark, ascending, each followed by the character for both; empty for other code points.</summary>
    internal static ReadOnlySpan<char> PairsOf(int mark) => mark switch
    {
        0x300 => "AÀEÈIÌNǸOÒUÙWẀYỲaàeèiìnǹoòuùwẁyỳÂẦÊỀÔỒÜǛâầêềôồüǜĂẰăằĒḔēḕŌṐōṑƠỜơờƯỪưừЕЀИЍеѐиѝ",
        0x301 => "AÁCĆEÉGǴIÍKḰLĹMḾNŃOÓPṔRŔSŚUÚWẂYÝZŹaácćeégǵiíkḱlĺmḿnńoópṕrŕsśuúwẃyýzź¨΅ÂẤÅǺÆǼÇḈÊẾÏḮÔỐÕṌØǾÜǗâấåǻæǽçḉêếïḯôốõṍøǿüǘĂẮăắĒḖēḗŌṒōṓŨṸũṹƠỚơớƯỨưứΑΆΕΈΗΉΙΊΟΌΥΎΩΏαάεέηήιίοόυύωώϊΐϋΰϒϓГЃКЌгѓкќ",
        0x302 => "AÂCĈEÊGĜHĤIÎJĴOÔSŜUÛWŴYŶZẐaâcĉeêgĝhĥiîjĵoôsŝuûwŵyŷzẑẠẬạậẸỆẹệỌỘọộ",
        0x303 => "AÃEẼIĨNÑOÕUŨVṼYỸaãeẽiĩnñoõuũvṽyỹÂẪÊỄÔỖâẫêễôỗĂẴăẵƠỠơỡƯỮưữ",
        0x304 => "AĀEĒGḠIĪOŌUŪYȲaāeēgḡiīoōuūyȳÄǞÆǢÕȬÖȪÜǕäǟæǣõȭöȫüǖǪǬǫǭȦǠȧǡȮȰȯȱИӢУӮиӣуӯḶḸḷḹṚṜṛṝ",
        0x306 => "AĂEĔGĞIĬOŎUŬaăeĕgğiĭoŏuŭȨḜȩḝАӐЕӖЖӁИЙУЎаӑеӗжӂийуўẠẶạặ",
        0x307 => "AȦBḂCĊDḊEĖFḞGĠHḢIİMṀNṄOȮPṖRṘSṠTṪWẆXẊYẎZŻaȧbḃcċdḋeėfḟgġhḣmṁnṅoȯpṗrṙsṡtṫwẇxẋyẏzżŚṤśṥŠṦšṧſẛṢṨṣṩ",
        0x308 => "AÄEËHḦIÏOÖUÜWẄXẌYŸaäeëhḧiïoötẗuüwẅxẍyÿÕṎõṏŪṺūṻΙΪΥΫιϊυϋϒϔІЇАӒЕЁЖӜЗӞИӤОӦУӰЧӴЫӸЭӬаӓеёжӝзӟиӥоӧуӱчӵыӹэӭіїӘӚәӛӨӪөӫ",
        0x309 => "AẢEẺIỈOỎUỦYỶaảeẻiỉoỏuủyỷÂẨÊỂÔỔâẩêểôổĂẲăẳƠỞơởƯỬưử",
        0x30a => "AÅUŮaåuůwẘyẙ",
        0x30b => "OŐUŰoőuűУӲуӳ",
        0x30c => "AǍCČDĎEĚGǦHȞIǏKǨLĽNŇOǑRŘSŠTŤUǓZŽaǎcčdďeěgǧhȟiǐjǰkǩlľnňoǒrřsštťuǔzžÜǙüǚƷǮʒǯ",
        0x30f => "AȀEȄIȈOȌRȐUȔaȁeȅiȉoȍrȑuȕѴѶѵѷ",
        0x311 => "AȂEȆIȊOȎRȒUȖaȃeȇiȋoȏrȓuȗ",
        0x31b => "OƠUƯoơuư",
        0x323 => "AẠBḄDḌEẸHḤIỊKḲLḶMṂNṆOỌRṚSṢTṬUỤVṾWẈYỴZẒaạbḅdḍeẹhḥiịkḳlḷmṃnṇoọrṛsṣtṭuụvṿwẉyỵzẓƠỢơợƯỰưự",
        0x324 => "UṲuṳ",
        0x325 => "AḀaḁ",
        0x326 => "SȘTȚsștț",
        0x327 => "CÇDḐEȨGĢHḨKĶLĻNŅRŖSŞTŢcçdḑeȩgģhḩkķlļnņrŗsştţ",
        0x328 => "AĄEĘIĮOǪUŲaąeęiįoǫuų",
        0x32d => "DḒEḘLḼNṊTṰUṶdḓeḙlḽnṋtṱuṷ",
        0x32e => "HḪhḫ",
        0x330 => "EḚIḬUṴeḛiḭuṵ",
        0x331 => "BḆDḎKḴLḺNṈRṞTṮZẔbḇdḏhẖkḵlḻnṉrṟtṯzẕ",
        0x338 => "<≮=≠>≯←↚→↛↔↮⇐⇍⇒⇏⇔⇎∃∄∈∉∋∌∣∤∥∦∼≁≃≄≅≇≈≉≍≭≡≢≤≰≥≱≲≴≳≵≶≸≷≹≺⊀≻⊁≼⋠≽⋡⊂⊄⊃⊅⊆⊈⊇⊉⊑⋢⊒⋣⊢⊬⊨⊭⊩⊮⊫⊯⊲⋪⊳⋫⊴⋬⊵⋭",
        0x3099 => "うゔかがきぎくぐけげこごさざしじすずせぜそぞただちぢつづてでとどはばひびふぶへべほぼゝゞウヴカガキギクグケゲコゴサザシジスズセゼソゾタダチヂツヅテデトドハバヒビフブヘベホボワヷヰヸヱヹヲヺヽヾ",
        0x309a => "はぱひぴふぷへぺほぽハパヒピフプヘペホポ",
        _ => default,
    };
}
