LATER.push(_=>_.onPress((e,t)=>_.soon(()=>{let e=_.pressable(t)||t,n=e.getAttribute("role")||e.tagName.toLowerCase();_.add("element_click",{selector:_.selector(e),role:n,text:_.words(e)})})));
