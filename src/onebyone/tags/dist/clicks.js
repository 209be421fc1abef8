LATER.push(_=>_.onPress((e,i)=>_.soon(()=>{let s=_.pressable(i)||i,e=s.getAttribute("role")||s.tagName.toLowerCase();_.add("element_click",{selector:_.selector(s),role:e,text:_.words(s)})})));
