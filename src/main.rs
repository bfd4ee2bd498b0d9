//! tmp
fn main(){
    for f in std::env::args().skip(1) {
        let t = std::fs::read_to_string(&f).unwrap();
        let (s,d) = fnet::syntax::parse(fnet::source::SourceId(0), &t);
        println!("{f}: {} statements", s.len());
        for d in d { let sp=d.span().unwrap(); let line=t[..sp.start as usize].matches('\n').count()+1; println!("  {line}: {} {} {:?} «{}»", d.code, d.message, d.helps, &t[sp.start as usize..sp.end as usize]); }
    }
}
